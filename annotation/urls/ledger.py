from django.urls import path

from annotation.views import ledger, my_pay

urlpatterns = [
    path("p/<slug:slug>/ledger/", ledger.ledger, name="ledger"),
    path("p/<slug:slug>/ledger/entries/", ledger.entries, name="ledger-entries"),
    path("p/<slug:slug>/ledger/entries.csv", ledger.entries_csv, name="ledger-csv"),
    path("p/<slug:slug>/ledger/rates/", ledger.ledger_rates, name="ledger-rates"),
    path("p/<slug:slug>/ledger/rates/set", ledger.set_rate, name="ledger-rate-set"),
    path("p/<slug:slug>/ledger/terms", ledger.terms, name="ledger-terms"),
    path("p/<slug:slug>/ledger/runs/", ledger.runs, name="ledger-runs"),
    path("p/<slug:slug>/ledger/runs/pay", ledger.pay, name="ledger-pay"),
    path("p/<slug:slug>/ledger/runs/<int:number>/", ledger.run, name="ledger-run"),
    path("p/<slug:slug>/ledger/runs/<int:number>/undo", ledger.undo, name="ledger-run-undo"),
    path("p/<slug:slug>/ledger/runs/<int:number>/export", ledger.export, name="ledger-run-export"),
    path("p/<slug:slug>/my-pay/", my_pay.my_pay, name="my-pay"),
    path("p/<slug:slug>/my-pay/entries.csv", my_pay.my_pay_csv, name="my-pay-csv"),
]
