"""Best time of a training step (forward, backward, AdamW) of PyTorch on one thread, in ms: torch-step.py mil|mlp."""
import sys
import time

import torch
from torch import nn

torch.set_num_threads(1)
torch.manual_seed(1)


class GatedAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(1024, 256)
        self.tanh = nn.Linear(256, 128)
        self.gate = nn.Linear(256, 128)
        self.score = nn.Linear(128, 1, bias=False)
        self.head = nn.Linear(256, 1)

    def forward(self, tiles):
        h = torch.relu(self.embed(tiles))
        a = torch.softmax(self.score(torch.tanh(self.tanh(h)) * torch.sigmoid(self.gate(h))), dim=0)
        return self.head((a * h).sum(0))


def mlp():
    return nn.Sequential(nn.Linear(30, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 1))


is_mil = sys.argv[1] == "mil"
model = GatedAttention() if is_mil else mlp()
values = torch.randn(256, 1024) if is_mil else torch.randn(32, 30)
labels = torch.ones(1) if is_mil else (torch.arange(32) % 2).float().unsqueeze(1)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0)
best = float("inf")
for _ in range(60 if is_mil else 500):
    start = time.perf_counter()
    optimizer.zero_grad()
    nn.functional.binary_cross_entropy_with_logits(model(values), labels).backward()
    optimizer.step()
    best = min(best, time.perf_counter() - start)
print(best * 1000)
