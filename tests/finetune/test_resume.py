import pytest
import torch


def test_a_schedule_goes_on_at_its_rate_at_once() -> None:
    """Also where the optimizer's own groups are not restored, as with DeepSpeed."""
    from diffusers.optimization import get_scheduler

    from finetune.resume import load_schedule

    def begun(rate: float):
        optimizer = torch.optim.AdamW([torch.nn.Parameter(torch.ones(2))], lr=rate)
        return get_scheduler("cosine", optimizer, num_warmup_steps=4, num_training_steps=10)

    whole, resumed, faster = begun(0.1), begun(0.1), begun(0.2)
    for _ in range(3):
        whole.optimizer.step()
        whole.step()
    load_schedule(resumed, whole.state_dict(), weight_decay=0.5)
    load_schedule(faster, whole.state_dict(), weight_decay=0.5)
    for _ in range(3):
        rates = [schedule.optimizer.param_groups[0]["lr"] for schedule in (whole, resumed, faster)]
        assert rates[0] == rates[1] > 0 and rates[2] == pytest.approx(2 * rates[0])
        for schedule in (whole, resumed, faster):
            schedule.optimizer.step()
            schedule.step()
    assert resumed.optimizer.param_groups[0]["weight_decay"] == 0.5
