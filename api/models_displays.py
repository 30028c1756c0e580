"""What stands on the displays besides what they show by themselves, as the HTTP interface tells and takes it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from api.models import AsOf, LastingToAnEnd, PersonName
from edge.site.fields import Language
from rooms.public_notices import LONGEST_TEXT, Ready

NoticeText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_TEXT)]


class PublicNoticeOut(BaseModel):
    number: int
    ready: Ready | None = Field(description="One of the sentences that exist in every language; null for a text of its own")
    texts: Mapping[str, str] = Field(description="By language, as it stands on the displays")
    by: str
    posted_at: datetime
    until: datetime


class PublicNotices(AsOf):
    notices: list[PublicNoticeOut] = Field(description="Those that have not ended, the newest first")


class PublicPosting(LastingToAnEnd):
    """Either a ready sentence or a text in every public language."""

    by: PersonName
    ready: Ready | None = None
    texts: Mapping[Language, NoticeText] = Field({}, description="By public language of the site")
