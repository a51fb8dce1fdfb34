namespace ModelPack.Qa.Apr;

/// <summary>A choice of tensors: parts of names, separated by commas; <c>all</c> or nothing takes every tensor.</summary>
internal static class NameFilter
{
    public static Func<string, bool> Of(string? filter)
    {
        string[] parts = filter is null or "all"
            ? []
            : filter.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return name => parts.Length == 0 || parts.Any(part => name.Contains(part, StringComparison.Ordinal));
    }
}
