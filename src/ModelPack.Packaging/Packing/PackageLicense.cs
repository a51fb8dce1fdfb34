using ModelPack.IO;
using ModelPack.Packaging.Content;
using NuGet.Packaging;
using NuGet.Packaging.Licenses;

namespace ModelPack.Packaging.Packing;

/// <summary>The licence of a package.</summary>
/// <param name="Name">What the manifest says: an SPDX expression, or the name that the model gives it.</param>
/// <param name="Text">The text for LICENSE.txt.</param>
/// <param name="Metadata">What the nuspec says.</param>
/// <param name="Warning">What galleries will not like.</param>
internal sealed record PackageLicense(string? Name, string? Text, LicenseMetadata? Metadata, ModelPackException? Warning)
{
    public const string FileName = "LICENSE.txt";

    public static PackageLicense Of(PackedContent content, PackOptions options, string path)
    {
        string? name = Spelled(options.License ?? content.License);
        string? text = options.LicenseFile is { } file ? RegularFile.ReadAllText(file) : content.Texts.GetValueOrDefault(FileName);
        NuGetLicenseExpression? expression = name is null ? null : Parse(name);
        if (expression is not null && IsApproved(expression))
        {
            return new(name, text, Entry(LicenseType.Expression, name!, expression), null);
        }

        // The nuspec knows one or the other; a file says all that an expression says.
        return text is not null ? new(name, text, Entry(LicenseType.File, FileName, null), null)
            : name is null ? new(null, null, null, Error(PackagingErrors.NoLicense, "no licence is known"))
            : new(
                name, null, expression is null ? null : Entry(LicenseType.Expression, name, expression),
                Error(PackagingErrors.LicenseNeedsFile, $"'{name}' is none that OSI or FSF approved, and its text is missing"));

        ModelPackException Error(ErrorCode code, string detail) => new(code, detail) { FilePath = path };
    }

    private static LicenseMetadata Entry(LicenseType type, string name, NuGetLicenseExpression? expression) =>
        new(type, name, expression, [], LicenseMetadata.EmptyVersion);

    // Model cards write apache-2.0.
    private static string? Spelled(string? name) =>
        name is null ? null
        : NuGetLicenseData.LicenseList.Keys.FirstOrDefault(id => id.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? name;

    private static NuGetLicenseExpression? Parse(string name)
    {
        try
        {
            NuGetLicenseExpression expression = NuGetLicenseExpression.Parse(name);
            return Licenses(expression).All(license => license.IsStandardLicense) ? expression : null;
        }
        catch (NuGetLicenseExpressionParsingException)
        {
            return null;
        }
    }

    private static bool IsApproved(NuGetLicenseExpression expression) => Licenses(expression).All(
        license => NuGetLicenseData.LicenseList.TryGetValue(license.Identifier, out LicenseData? data)
            && (data.IsOsiApproved || data.IsFsfLibre));

    private static IEnumerable<NuGetLicense> Licenses(NuGetLicenseExpression expression) => expression switch
    {
        NuGetLicense license => [license],
        WithOperator with => [with.License],
        LogicalOperator either => [.. Licenses(either.Left), .. Licenses(either.Right)],
        _ => [],
    };
}
