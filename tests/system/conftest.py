from tests.broker import broker as broker
from tests.broker import own_broker as own_broker
