using ModelPack.Architectures.Tokenizers;
using ModelPack.Architectures.Tokenizers.Reading;
using ModelPack.Diagnostics;
using ModelPack.IO.Json;
using ModelPack.IO.Names;

namespace ModelPack.Architectures.Rules;

/// <summary>Derives generation_config.json (hf-companions.md §1.5).</summary>
internal static class GenerationConfig
{
    private const string SamplingPrefix = "general.sampling.";

    private static readonly (string Key, string Field)[] SamplingFloats = [("temp", "temperature"), ("top_p", "top_p"), ("min_p", "min_p")];

    public static void Derive(Derivation derivation)
    {
        JsonFields fields = new();
        foreach ((string key, string field) in TokenIdFields.All)
        {
            if (Accept(derivation, field, TokenIdFields.Read(derivation, key), out long id) && field != "eos_token_id")
            {
                fields.Set(field, id);
            }
        }

        Ends(derivation, fields);
        foreach ((string key, string field) in SamplingFloats)
        {
            if (Accept(derivation, field, derivation.Keys.Float(SamplingPrefix + key), out FiniteNumber number))
            {
                fields.Set(field, number);
            }
        }

        if (Accept(derivation, "top_k", derivation.Keys.Count(SamplingPrefix + "top_k"), out long topK))
        {
            fields.Set("top_k", topK);
        }

        if (fields.Count == 0)
        {
            derivation.Note(CompanionNames.GenerationConfig, "not derived: no key gives a field of it", NoteRank.WithoutEffect);
            return;
        }

        derivation.Note(CompanionNames.GenerationConfig, "do_sample, max_length, repetition_penalty, transformers_version are lost");

        derivation.Add(CompanionNames.GenerationConfig, fields, JsonCharacters.Ascii);
    }

    private static void Ends(Derivation derivation, JsonFields fields)
    {
        List<long> ends = [];
        foreach (string key in TokenIdFields.Ends)
        {
            Reading<long> reading = TokenIdFields.Read(derivation, key);
            if (reading.TryGet(out long id) && !ends.Contains(id))
            {
                ends.Add(id);
            }
            else if (reading.Problem is { } problem && key != TokenIdFields.Ends[0])
            {
                derivation.Note(CompanionNames.GenerationConfig, $"eos_token_id is incomplete: {problem}");
            }
        }

        if (ends.Count > 0 && Vocabulary.Read(derivation.Keys).TryGet(out Vocabulary vocabulary))
        {
            ends.AddRange(RuntimeNames.Ends(vocabulary).Select(id => (long)id).Except(ends));
        }

        if (ends is [long only])
        {
            fields.Set("eos_token_id", only);
        }
        else if (ends.Count > 1)
        {
            fields.Set("eos_token_id", ends);
        }
    }

    private static bool Accept<T>(Derivation derivation, string field, Reading<T> reading, out T value)
    {
        if (reading.Problem is { } problem)
        {
            derivation.Note(CompanionNames.GenerationConfig, $"{field} is left out: {problem}");
        }

        return reading.TryGet(out value);
    }
}
