using ModelPack.Models;
using ModelPack.Qa.Comparison;

namespace ModelPack.Qa.Apr;

/// <summary>A choice of tensors: parts of names, separated by commas; <c>all</c> or nothing takes every tensor.</summary>
internal static class NameFilter
{
    public const string Nothing = "there is no tensor, so that nothing would be compared";

    public static Func<string, bool> Of(string? filter)
    {
        string[] parts = filter is null or "all"
            ? []
            : filter.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return name => parts.Length == 0 || parts.Any(part => name.Contains(part, StringComparison.Ordinal));
    }

    /// <summary>The same for a comparison. One of nothing would pass whatever the models hold.</summary>
    /// <exception cref="AprFailure">No tensor of the models is taken.</exception>
    public static Func<string, bool> Of(string? filter, params ModelFile[] models)
    {
        if (filter is null)
        {
            return _ => true;
        }

        AnySpelling names = AnySpelling.Of(models, Of(filter));
        return names.TakesAny
            ? names.Takes
            : throw new AprFailure(AprExit.ValidationFailed, $"--filter '{filter}' takes no tensor, so that nothing would be compared");
    }
}
