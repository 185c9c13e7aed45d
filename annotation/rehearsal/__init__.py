"""A dress rehearsal: scripted people drive a whole project through the real pages, over HTTP."""
