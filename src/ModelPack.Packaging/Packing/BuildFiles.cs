using ModelPack.Packaging.Manifests;

namespace ModelPack.Packaging.Packing;

/// <summary>
/// What a package brings into the build of its consumers: items that say what it has. All work is done by ModelPack.Build, on which the
/// meta package depends. NuGet hands these files to the project that references the package and to those that reference the project.
/// </summary>
internal static class BuildFiles
{
    public static string PartProps(ManifestPart part) => $"""
        <Project>
          <ItemGroup>
            <ModelPackPart Include="$(MSBuildThisFileDirectory)../{part.Entry}" Package="{part.Package}" PackageVersion="{part.Version}" Sha256="{part.Sha256}" Visible="false" />
          </ItemGroup>
        </Project>

        """;

    // The model is the default variant until the build has read which one the project wants.
    public static string MetaProps(PackageManifest manifest) => MetaProps(manifest, manifest.Of(null, PackageManifest.Entry));

    private static string MetaProps(PackageManifest manifest, PackageManifest model) => $"""
        <Project>
          <ItemGroup>
            <ModelPackManifest Include="$(MSBuildThisFileDirectory)../{PackageManifest.Entry}" Model="{manifest.Id}" PackageVersion="{manifest.Version}" Visible="false" />
            <ModelReference Include="{manifest.Id}" PackageVersion="{manifest.Version}" Sha256="{model.Digest}" Bytes="{model.Length}" License="{Escape(manifest.License)}" Format="{manifest.Format}"{Variants(manifest)} Visible="false" />
          </ItemGroup>
        </Project>

        """;

    public static string MetaTargets(PackageManifest manifest) => $"""
        <Project>
          <Target Name="_ModelPackNeeds_{manifest.Id.Replace('.', '_').Replace('-', '_')}" BeforeTargets="AssignTargetPaths" Condition="'$(ModelPackConsumes)' != 'true' and '$(DesignTimeBuild)' != 'true'">
            <Error Code="{PackagingErrors.NoTargets.Id}" Text="The model package {manifest.Id} is referenced, and ModelPack.Build, which joins its parts, takes no part in the build. {OpcParts.Escape(PackagingErrors.NoTargets.Remedy)}" />
          </Target>
        </Project>

        """;

    private static string Variants(PackageManifest manifest) =>
        manifest.Variants.Any() ? $" Variants=\"{string.Join(';', manifest.Variants)}\"" : "";

    // What the engine would read as an item, a property or a list is no licence.
    private static string Escape(string? text) =>
        OpcParts.Escape(string.Concat((text ?? "").Where(letter => letter is not ('$' or '@' or '%' or ';' or '*' or '?'))));
}
