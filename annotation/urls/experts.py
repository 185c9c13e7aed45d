from django.urls import path

from annotation.views import expert_actions, experts, my_standing, standing_rule

urlpatterns = [
    path("p/<slug:slug>/experts/", experts.experts, name="experts"),
    path("p/<slug:slug>/experts/csv", experts.experts_csv, name="experts-csv"),
    path("p/<slug:slug>/experts/parity/", experts.parity_report, name="parity"),
    path("p/<slug:slug>/experts/rule/", standing_rule.page, name="standing-rule"),
    path("p/<slug:slug>/experts/rule/preview", standing_rule.preview, name="standing-rule-preview"),
    path("p/<slug:slug>/experts/rule/adopt", standing_rule.adopt, name="standing-rule-adopt"),
    path("p/<slug:slug>/experts/rule/<int:rule_id>/preview", standing_rule.earlier, name="standing-rule-earlier"),
    path("p/<slug:slug>/experts/alerts/", expert_actions.alert_list, name="alerts"),
    path("p/<slug:slug>/experts/alerts/<int:alert_id>/close", expert_actions.alert_close, name="alert-close"),
    path("p/<slug:slug>/experts/alerts/<int:alert_id>/reopen", expert_actions.alert_reopen, name="alert-reopen"),
    path("p/<slug:slug>/experts/<int:user_id>/", experts.expert, name="expert-page"),
    path("p/<slug:slug>/experts/<int:user_id>/verify", experts.verify, name="expert-verify"),
    path("p/<slug:slug>/experts/<int:user_id>/decide", expert_actions.decide, name="expert-decide"),
    path("p/<slug:slug>/experts/<int:user_id>/lift", expert_actions.lift, name="expert-lift"),
    path("p/<slug:slug>/experts/<int:user_id>/message", expert_actions.message, name="expert-message"),
    path("p/<slug:slug>/experts/<int:user_id>/training", expert_actions.assign, name="expert-training"),
    path("p/<slug:slug>/standing/", my_standing.my_standing, name="my-standing"),
]
