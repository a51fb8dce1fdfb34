using ModelPack.Qa.Comparison;

namespace ModelPack.Qa.Gates;

/// <summary>A choice of tensors as playbooks write it: parts of names in any format's words, or roles.</summary>
internal static class RoleFilter
{
    // The names that GGUF has for what playbooks call by the names of Hugging Face.
    private static readonly (string Word, string Name)[] Aliases =
        [("embed", "token_embd"), ("lm_head", "output.weight"), ("layernorm", "norm"), ("attention", "attn")];

    public static Func<string, bool> Names(string? filter)
    {
        string[] parts = filter is null or "all"
            ? []
            : filter.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        parts = [.. parts, .. Aliases.Where(alias => parts.Contains(alias.Word)).Select(alias => alias.Name)];
        return name => parts.Length == 0 || parts.Any(part => name.Contains(part, StringComparison.Ordinal));
    }

    public static Func<PairedTensor, bool> Tensors(string? filter)
    {
        Func<string, bool> names = Names(filter);
        return tensor => names(tensor.First.Name) || (tensor.Second is { } second && names(second.Name));
    }

    public static bool IsNorm(PairedTensor tensor) => tensor.First.Name.Contains("norm", StringComparison.Ordinal)
        && tensor.First.Name.EndsWith("weight", StringComparison.Ordinal);
}
