namespace ModelPack.Architectures.Names;

/// <summary>A component of a model, in GGUF's words.</summary>
/// <param name="Name">Its name, without what stands before it in a layer; a weight, unless it says otherwise.</param>
internal readonly record struct TensorComponent(string Name)
{
    private const string Bias = ".bias";
    private const string Weight = ".weight";
    private static readonly string[] Beside = ["enc.", "dec.", "v."];

    private string Ending => Name.EndsWith('.') ? "" : Name.EndsWith(Bias, StringComparison.Ordinal) ? Bias : Weight;

    private string Stem => Name.EndsWith(Bias, StringComparison.Ordinal) ? Name[..^Bias.Length] : Name.TrimEnd('.');

    /// <summary>The name in a GGUF.</summary>
    /// <param name="layer">The layer; -1 outside the layers.</param>
    public string GgufName(int layer) => layer < 0 ? Stem + Ending : InLayer($"{layer}") + Ending;

    /// <summary>The names that it may have in a folder; none if the table has none. Of a stack it is the name of the first.</summary>
    public IEnumerable<string> HuggingFaceNames(NameTable table, int layer) =>
        table.HuggingFaceNames(layer < 0 ? Stem : InLayer("{n}"), Ending, layer);

    // The layers of an encoder beside a decoder, and those of a tower, have names of their own.
    private string InLayer(string layer)
    {
        string stem = Stem;
        string beside = Array.Find(Beside, part => stem.StartsWith(part, StringComparison.Ordinal)) ?? "";
        return $"{beside}blk.{layer}.{stem[beside.Length..]}";
    }
}
