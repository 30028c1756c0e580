from tests.browser import browser as browser
from tests.browser import contexts as contexts
