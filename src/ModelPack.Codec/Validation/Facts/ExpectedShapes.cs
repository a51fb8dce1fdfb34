namespace ModelPack.Validation.Facts;

/// <summary>A dimension that follows from hyperparameters.</summary>
/// <param name="Length">The length; null if the model does not state what it follows from.</param>
/// <param name="Source">What it follows from, with values.</param>
internal readonly record struct ExpectedLength(Int128? Length, string Source)
{
    // No tensor is longer; what a hostile file multiplies stays here.
    private static readonly Int128 Longest = (Int128)1 << 62;

    public static ExpectedLength operator *(ExpectedLength left, ExpectedLength right) =>
        new(left.Length is { } one && right.Length is { } two ? Int128.Min(one * two, Longest) : null, $"{left.Source} × {right.Source}");

    public static ExpectedLength operator +(ExpectedLength left, ExpectedLength right) =>
        new(left.Length is { } one && right.Length is { } two ? Int128.Min(one + two, Longest) : null, $"{left.Source} + {right.Source}");
}

/// <summary>The shapes that a llama-like model has to have (hf-companions.md §3.1, gguf.md §6.6).</summary>
internal sealed class ExpectedShapes(ModelSettings settings, ModelFamily family)
{
    /// <summary>The shape of a tensor, outermost first.</summary>
    public ExpectedLength[] Of(RoledTensor tensor)
    {
        int? layer = tensor.Layer;
        ExpectedLength hidden = Stated(SettingName.Hidden, layer);
        ExpectedLength wide = Stated(SettingName.FeedForward, layer);
        ExpectedLength expert = ExpertLength(layer, wide);
        ExpectedLength shared = Stated(SettingName.SharedFeedForward, layer);
        ExpectedLength experts = Stated(SettingName.Experts, layer);
        ExpectedLength vocabulary = Stated(SettingName.Vocabulary, layer);
        ExpectedLength[] weight = tensor.Role switch
        {
            TensorRole.TokenEmbedding or TensorRole.Output => [vocabulary, hidden],
            TensorRole.HiddenNorm or TensorRole.AttentionNorm => [hidden],
            TensorRole.Query => [Queries(layer), hidden],
            TensorRole.Key => [Keys(layer), hidden],
            TensorRole.Value => [Values(layer), hidden],
            TensorRole.QueryKeyValue => [Queries(layer) + Keys(layer) + Values(layer), hidden],
            TensorRole.AttentionOutput => [hidden, Stated(SettingName.Heads, layer) * HeadLength(SettingName.ValueLength, layer)],
            TensorRole.HeadNorm => [HeadLength(SettingName.KeyLength, layer)],
            TensorRole.Gate => [wide, hidden],
            TensorRole.Up => [family.HasFusedGate ? Two * wide : wide, hidden],
            TensorRole.GateUp => [Two * wide, hidden],
            TensorRole.Down => [hidden, wide],
            TensorRole.Router => [experts, hidden],
            TensorRole.ExpertGates or TensorRole.ExpertUps => [experts, expert, hidden],
            TensorRole.ExpertDowns => [experts, hidden, expert],
            TensorRole.ExpertGateUps or TensorRole.JoinedExpertDowns => [experts, default, default],
            TensorRole.ExpertGate or TensorRole.ExpertUp => [expert, hidden],
            TensorRole.ExpertDown => [hidden, expert],
            TensorRole.SharedGate or TensorRole.SharedUp => [shared, hidden],
            TensorRole.SharedDown => [hidden, shared],
            TensorRole.SharedRouter => [hidden],
            _ => throw new ArgumentOutOfRangeException(nameof(tensor)),
        };

        // The bias of a matrix has one value for each of its rows.
        return tensor.IsBias && weight.Length > 1 ? weight[..^1] : weight;
    }

    /// <summary>The length of a head: stated, or the hidden size shared among the heads.</summary>
    public ExpectedLength HeadLength(SettingName name, int? layer)
    {
        if (Stated(name, layer) is { Length: not null } stated)
        {
            return stated;
        }

        ExpectedLength hidden = Stated(SettingName.Hidden, layer);
        ExpectedLength heads = Stated(SettingName.Heads, layer);
        bool divides = heads.Length > 0 && hidden.Length % heads.Length == 0;
        return new(divides ? hidden.Length / heads.Length : null, $"{hidden.Source} / {heads.Source}");
    }

    public ExpectedLength Stated(SettingName name, int? layer) => settings[name] is { } setting && setting.At(layer) is { } value
        ? new(value, $"{setting.Key} ({value})")
        : new(null, $"{name}");

    /// <summary>Heads of keys and values; as many as of queries if nothing is stated (hf-companions.md §1.1).</summary>
    public ExpectedLength KeyValueHeads(int? layer) =>
        Stated(settings[SettingName.KeyValueHeads] is null ? SettingName.Heads : SettingName.KeyValueHeads, layer);

    private static ExpectedLength Two => new(2, "2");

    private ExpectedLength Queries(int? layer) => Stated(SettingName.Heads, layer) * HeadLength(SettingName.KeyLength, layer);

    private ExpectedLength Keys(int? layer) => KeyValueHeads(layer) * HeadLength(SettingName.KeyLength, layer);

    private ExpectedLength Values(int? layer) => KeyValueHeads(layer) * HeadLength(SettingName.ValueLength, layer);

    private ExpectedLength ExpertLength(int? layer, ExpectedLength wide) =>
        settings[SettingName.ExpertFeedForward] is null && family.ExpertsFollowFeedForward
        ? wide
        : Stated(SettingName.ExpertFeedForward, layer);
}
