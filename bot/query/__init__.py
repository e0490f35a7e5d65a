"""The boards' search language, read as their servers read it.

`parse` makes a `Query` of a text; `QueryIndex` tells which of very many queries one post
satisfies. Nothing here does input or output.
"""

from bot.posts.tags import clean_tag_name as clean_tag_name
from bot.posts.tags import decode_slug as decode_slug
from bot.posts.tags import encode_slug as encode_slug
from bot.query.errors import QueryError as QueryError
from bot.query.evaluate import Verdict as Verdict
from bot.query.explain import Explanation as Explanation
from bot.query.facts import Aliases as Aliases
from bot.query.fields import Dialect as Dialect
from bot.query.fields import Reader as Reader
from bot.query.filters import Filter as Filter
from bot.query.filters import join_lines as join_lines
from bot.query.filters import parse_filter as parse_filter
from bot.query.index import Matches as Matches
from bot.query.index import QueryIndex as QueryIndex
from bot.query.query import Query as Query
from bot.query.query import all_of as all_of
from bot.query.query import any_of as any_of
from bot.query.query import parse as parse
