using System.Collections.Immutable;
using System.Globalization;
using ModelPack.Models;
using ModelPack.Validation.Facts;

namespace ModelPack.Qa.Gates;

/// <summary>The sizes that a playbook expects of its model. Whether a conversion is exact does not depend on them: a model of other
/// sizes is another model than the playbook's, which is said and falsifies nothing.</summary>
internal static class ExpectedSizes
{
    public const string Gate = "model.expected";

    /// <summary>The keys of a playbook, and what they speak of.</summary>
    public static IReadOnlyDictionary<string, SettingName> Keys { get; } = new Dictionary<string, SettingName>(StringComparer.Ordinal)
    {
        ["expected_hidden_dim"] = SettingName.Hidden, ["expected_num_layers"] = SettingName.Layers,
        ["expected_num_heads"] = SettingName.Heads, ["expected_num_kv_heads"] = SettingName.KeyValueHeads,
        ["expected_vocab_size"] = SettingName.Vocabulary, ["expected_intermediate_dim"] = SettingName.FeedForward,
    };

    public static GateAnswer Look(string path, ImmutableSortedDictionary<string, long> expected)
    {
        using ModelFile file = ModelFiles.Open(path);
        ModelSettings settings = ModelSettings.Of(file, CompanionFiles.Of(file));
        string[] other = [
            .. expected.Select(one => (one.Key, one.Value, Actual: Actual(Keys[one.Key]))).Where(one => one.Actual != one.Value)
                .Select(one => FormattableString.Invariant(
                    $"{one.Key} is {one.Value}, the model has {one.Actual?.ToString(CultureInfo.InvariantCulture) ?? "no such number"}"))];
        return other.Length > 0
            ? GateAnswer.Skipped($"the playbook describes another model: {string.Join("; ", other)}")
            : GateAnswer.Of(expected.Count, "sizes are those that the playbook expects", [], "");

        // GGUF lists its tokens and states no number of them.
        long? Actual(SettingName name) => settings[name]?.At(null)
            ?? (name == SettingName.Vocabulary && OwnWords.Of(path).TokenBytes is { Length: > 0 } tokens ? tokens.Length : null);
    }
}
