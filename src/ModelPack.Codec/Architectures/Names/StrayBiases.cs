namespace ModelPack.Architectures.Names;

/// <summary>Biases that the programs of an architecture do not add: llama.cpp refuses a file with a tensor that it does not know, and the
/// model would compute something else without it.</summary>
internal static class StrayBiases
{
    private const string Ending = ".bias";
    private const string InLayer = "blk.{n}.";

    /// <summary>Those among the names of a GGUF.</summary>
    public static IEnumerable<string> InGguf(NameTable names, RequiredTensors needs, IEnumerable<string> tensors) =>
        tensors.Where(tensor => tensor.EndsWith(Ending, StringComparison.Ordinal)
            && names.FromGguf(tensor, _ => true) is { } match && IsStray(match, needs));

    // A row with an ending of its own is about a tensor that is a bias.
    private static bool IsStray(NameMatch match, RequiredTensors needs) => match.GgufEnding == Ending && match.Rule.Endings.Length > 1
        && !needs.Biases.Contains(match.Rule.Gguf.Text.Replace(InLayer, "", StringComparison.Ordinal));
}
