namespace ModelPack.Build.Tests.Consumers;

/// <summary>Model packages in projects of other shapes than that of a program with one framework.</summary>
[TestClass]
public sealed class PackageShapeTests
{
    private const string TwoFrameworks = "<TargetFramework></TargetFramework><TargetFrameworks>net10.0;netstandard2.0</TargetFrameworks>"
        + "<ImplicitUsings>disable</ImplicitUsings>";

    private static readonly string BuildItself =
        $"""<PackageReference Include="ModelPack.Build" Version="{PackedFeed.Version}" PrivateAssets="all" />""";

    [TestMethod]
    public void Several_frameworks_names_with_signs_and_a_prerelease_travel_from_author_to_program()
    {
        ModelFeed feed = new(isOffline: false);
        const string Name = "mein modell ü;a%20b.gguf";
        Directory.CreateDirectory(feed.In("mein ordner (ü)"));
        File.Copy(feed.Model, feed.In("mein ordner (ü)", Name));
        feed.Project("mein ordner (ü)", $"""
            {BuildItself}
            <ModelPackage Include="mein modell ü%3Ba%2520b.gguf" PackageId="{ModelFeed.Id}" MaxPackageSize="400KB" />
            """, $"""
            {TwoFrameworks}<PackageId>Acme.Author</PackageId><Version>1.0.0-RC1+build</Version><Authors>Acme, Inc.</Authors>
            <PackageLicenseExpression>MIT OR Apache-2.0</PackageLicenseExpression>
            """);
        File.WriteAllText(feed.In("mein ordner (ü)", "Program.cs"), "public class Nothing { }");
        feed.Run("mein ordner (ü)", "pack", "-o", feed.In("feed")).Succeeded();
        Assert.IsTrue(File.Exists(feed.In("feed", "Acme.Author.1.0.0-RC1.nupkg")));

        // What is said of a model in Directory.Build.props is read before the package: an Include, and in the outer build too.
        File.WriteAllText(feed.In("Directory.Build.props"), $"""
            <Project>
              <ItemGroup Condition="'$(MSBuildProjectName)' == 'library'">
                <ModelReference Include="{ModelFeed.Id}" Link="weights/" Copy="always" />
                <ModelConvert Include="@(ModelReference)" To="apr" Quantized="blocks" Link="made.apr" />
                <ModelVerify Include="@(ModelReference)" />
              </ItemGroup>
            </Project>
            """);
        Library(BuildItself);
        feed.Project("app", """<ProjectReference Include="../library/library.csproj" />""");
        File.WriteAllText(feed.In("app", "Program.cs"), """
            Console.WriteLine(File.Exists(Model.Path) ? $"{new FileInfo(Model.Path).Length} bytes in {Model.Path}" : "nothing");
            """);

        // As `dotnet add package` writes it, the reference of the library keeps the targets from the program.
        Assert.Contains("which may be that of a library", feed.Build("app").Failed().Errors("MP6016").Single());
        Library(BuildItself.Replace("PrivateAssets=\"all\"", "", StringComparison.Ordinal));
        feed.Build("app", "-m").Succeeded();
        feed.Build("library", "-m", "--no-restore").Succeeded();
        Assert.IsTrue(File.Exists(feed.In("app", "bin", "Debug", "net10.0", "made.apr")));

        // The program copies the model to its own place, not to that of the library, which finds it nevertheless.
        string found = feed.Run("app", "run", "--no-build").Succeeded().Output;
        Assert.Contains($"{new FileInfo(feed.Model).Length} bytes in ", found);
        CollectionAssert.AreEqual(File.ReadAllBytes(feed.Model), feed.Bytes("app", "bin", "Debug", "net10.0", "models", Name));

        void Library(string reference)
        {
            feed.Project(
                "library", $"{reference}{ModelFeed.Reference("1.0.0-rc1")}",
                $"{TwoFrameworks}<ModelPackConstants>true</ModelPackConstants>");
            File.WriteAllText(
                feed.In("library", "Program.cs"),
                "public static class Model { public static string Path { get { return ModelPackModels.Acme_Tiny; } } }");
        }
    }
}
