from tests.functional.site import signed_in, site, transactional_db, web_server

__all__ = ["signed_in", "site", "transactional_db", "web_server"]
