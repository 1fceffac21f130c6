"""The page: what people see of the service, made on the server.

``serving`` is what every route of a page passes; ``rendering`` the templates, ``assets`` what they link to;
``sessions`` who is signed in; ``case_form`` a case as a form says it; the rest what each page shows, as plain data for
its template. A page asks the library and the log; it decides nothing itself.
"""
