using System.Collections.Frozen;
using System.Collections.Immutable;

namespace ModelPack.Architectures.Names;

/// <summary>Tensor names of one architecture in GGUF's words and in Hugging Face's (hf-companions.md §3.1).</summary>
internal sealed class NameTable(
    ImmutableArray<NameRule> rules, ImmutableArray<(string Found, string Meant)> prefixes,
    ImmutableArray<(string Found, string Meant)> endings)
{
    private static readonly FrozenDictionary<string, NameTable> Tables = NameTableReader.Read();

    /// <summary>Every architecture with a table; <c>llama+experts</c> is mixtral, which GGUF calls llama.</summary>
    public static ImmutableArray<string> Architectures { get; } = [.. Tables.Keys.Order(StringComparer.Ordinal)];

    public ImmutableArray<NameRule> Rules => rules;

    /// <summary>The table of an architecture as <see cref="Architectures"/> names it; null if there is none.</summary>
    public static NameTable? For(string architecture) => Tables.GetValueOrDefault(architecture)?.Where(rule => rule.Tokenizers.IsEmpty);

    /// <summary>The table of a model; null if there is none.</summary>
    public static NameTable? For(ModelFacts facts) => facts.Projector is { } projector
        ? For(FamilyFile.TowerName(projector))?.WithDeepLayers(facts.DeepLayers)
        : For(FamilyFile.Standing(facts.Architecture, facts.Has) ?? facts.Architecture, facts.ExpertCount, facts.Tokenizer)
            ?.WithPredictingLayers(facts.FirstPredictingLayer);

    /// <summary>The table of an architecture with as many experts, and such a tokenizer.</summary>
    public static NameTable? For(string architecture, long? experts, string? tokenizer = null) =>
        Tables.GetValueOrDefault(architecture == "llama" && experts > 0 ? "llama+experts" : architecture)?.Where(
            rule => (rule.Experts is null || rule.Experts == experts > 0)
                && (rule.Tokenizers.IsEmpty || (tokenizer is not null && rule.Tokenizers.Contains(tokenizer))));

    /// <summary>Finds the row of a GGUF name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="exists">Whether the model has a tensor; some names mean another module where it has.</param>
    public NameMatch? FromGguf(string name, Func<string, bool> exists)
    {
        foreach (NameRule rule in rules)
        {
            if (rule.Sides != NameSides.HuggingFace && MatchGguf(rule, name) is { } match && IsMeant(match, exists))
            {
                return match;
            }
        }

        return null;
    }

    /// <summary>Finds the rows of a Hugging Face name: several where one tensor becomes several, in the order of its parts.</summary>
    public ImmutableArray<NameMatch> FromHuggingFace(string name)
    {
        foreach (string reading in Readings(name))
        {
            ImmutableArray<NameMatch> matches = [
                .. rules.Where(rule => rule.Sides != NameSides.Gguf).Select(rule => MatchHuggingFace(rule, reading)).OfType<NameMatch>()];
            if (!matches.IsEmpty)
            {
                return matches;
            }
        }

        return [];
    }

    /// <summary>The names that a component may have in a folder.</summary>
    /// <param name="gguf">The component as the table has it.</param>
    /// <param name="ending">Its ending in a GGUF.</param>
    /// <param name="layer">The layer.</param>
    public IEnumerable<string> HuggingFaceNames(string gguf, string ending, int layer)
    {
        foreach (NameRule rule in rules.Where(
            rule => rule.Sides != NameSides.Gguf && rule.Gguf.Text == gguf && !rule.Predicts))
        {
            foreach ((string _, string meantEnding) in rule.Endings.Where(pair => pair.Gguf == ending))
            {
                string name = rule.HuggingFace.Format(layer, 0);
                foreach ((string foundEnding, string _) in endings.Where(pair => pair.Meant == meantEnding)
                    .Prepend((meantEnding, meantEnding)))
                {
                    yield return name + foundEnding;
                    foreach ((string found, string meant) in prefixes.Where(
                        prefix => name.StartsWith(prefix.Meant, StringComparison.Ordinal)))
                    {
                        yield return found + name[meant.Length..] + foundEnding;
                    }
                }
            }
        }
    }

    /// <summary>The name as it stands, then with the table's own prefix and ending (T20).</summary>
    private IEnumerable<string> Readings(string name)
    {
        foreach ((string found, string meant) in endings.Prepend(("", "")))
        {
            if (name.EndsWith(found, StringComparison.Ordinal))
            {
                string ended = name[..^found.Length] + meant;
                yield return ended;
                foreach ((string prefix, string other) in prefixes)
                {
                    if (ended.StartsWith(prefix, StringComparison.Ordinal))
                    {
                        yield return other + ended[prefix.Length..];
                    }
                }
            }
        }
    }

    private NameTable Where(Func<NameRule, bool> holds) => rules.All(holds) ? this : new([.. rules.Where(holds)], prefixes, endings);

    private NameTable WithPredictingLayers(int? first) => first is not { } layer || !rules.Any(rule => rule.Predicts)
        ? this
        : new(
            [.. rules.Select(rule => rule.Predicts ? rule with { FirstLayer = layer } : rule with { Layers = layer })], prefixes, endings);

    private NameTable WithDeepLayers(ImmutableArray<int> deep) => !rules.Any(rule => rule.IsDeep) ? this : new(
        [
            .. rules.SelectMany(rule => !rule.IsDeep ? [rule] : deep.Select(
                (layer, place) => rule with
                {
                    Gguf = new(rule.Gguf.Format(layer, -1)),
                    HuggingFace = new(rule.HuggingFace.Format(place, -1)),
                })),
        ], prefixes, endings);

    private static bool IsMeant(NameMatch match, Func<string, bool> exists)
    {
        return (match.Rule.With is not { } with || Exists(with)) && (match.Rule.Without is not { } without || !Exists(without));

        bool Exists(NamePattern component) =>
            match.Rule.Endings.Any(ending => exists(component.Format(match.Layer, match.Index) + ending.Gguf));
    }

    private static NameMatch? MatchGguf(NameRule rule, string name)
    {
        foreach ((string gguf, string huggingFace) in rule.Endings)
        {
            if (name.EndsWith(gguf, StringComparison.Ordinal)
                && rule.Gguf.TryMatch(name.AsSpan(0, name.Length - gguf.Length), out int layer, out int index)
                && layer < rule.Layers && (layer >= rule.FirstLayer || layer < 0))
            {
                return new NameMatch(rule, layer, index, gguf, huggingFace);
            }
        }

        return null;
    }

    private static NameMatch? MatchHuggingFace(NameRule rule, string name)
    {
        foreach ((string gguf, string huggingFace) in rule.Endings)
        {
            if (name.EndsWith(huggingFace, StringComparison.Ordinal)
                && rule.HuggingFace.TryMatch(name.AsSpan(0, name.Length - huggingFace.Length), out int layer, out int index))
            {
                // A module of the layers that predict may say no number: it belongs to the first of them.
                return new NameMatch(rule, rule.Predicts ? Math.Max(layer, 0) + rule.FirstLayer : layer, index, gguf, huggingFace);
            }
        }

        return null;
    }
}
