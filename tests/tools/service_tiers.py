"""Makes `src/catalog/prices/tiers.tsv`: what a service tier costs, as parts of the standard price.

    python3 tests/tools/service_tiers.py ../shared/catalogue/litellm_model_prices.json.gz > src/catalog/prices/tiers.tsv

A line: the id of the price table, the tier, the factors of uncached input, cached input and output, and the models that
have them. A factor is a fraction, because the prices it was made from are round and it need not be.
"""

import collections
import fractions
import gzip
import json
import sys

# What LiteLLM calls a provider, and what the price table does. The first of two that know a model counts.
PROVIDERS = {
    "openai": "openai",
    "azure": "azure",
    "anthropic": "anthropic",
    "gemini": "google",
    "vertex_ai": "google",
    "vertex_ai-language-models": "google",
    "vertex_ai-anthropic_models": "google",
    "bedrock_converse": "aws",
    "fireworks_ai": "fireworks",
    "xai": "x-ai",
}
TIERS = {"flex": "flex", "priority": "priority", "batches": "batch"}
# Tiers that the table states as one factor of everything.
WHOLE = ("fast", "us")


def factor(entry, key, tier):
    dear, usual = entry.get(f"{key}_{tier}"), entry.get(key)
    if not dear or not usual:
        return None
    return fractions.Fraction(dear / usual).limit_denominator(1000)


def main(path):
    table = json.load(gzip.open(path))
    lines, seen = collections.defaultdict(set), set()
    for litellm, price_id in PROVIDERS.items():
        for name, entry in sorted(table.items()):
            if entry.get("litellm_provider") != litellm:
                continue
            # Prices of one region are no prices of the model.
            parts = name.split("/")
            if litellm == "azure" and len(parts) != 2:
                continue
            model = parts[-1].lower()
            for tier, word in TIERS.items():
                of = [factor(entry, key, tier) for key in ("input_cost_per_token", "cache_read_input_token_cost", "output_cost_per_token")]
                if of[0] is None or (price_id, word, model) in seen:
                    continue
                seen.add((price_id, word, model))
                # What the table leaves out follows the input.
                factors = tuple(str(it or of[0]) for it in of)
                lines[price_id, word, factors].add(model)
            for word in WHOLE:
                stated = (entry.get("provider_specific_entry") or {}).get(word)
                if stated and (price_id, word, model) not in seen:
                    seen.add((price_id, word, model))
                    lines[price_id, word, (str(fractions.Fraction(str(stated))),) * 3].add(model)
    for (price_id, word, factors), models in sorted(lines.items()):
        print(price_id, word, *factors, " ".join(sorted(models)), sep="\t")


main(sys.argv[1])
