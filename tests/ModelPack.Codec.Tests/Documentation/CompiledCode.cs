using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ModelPack.Codec.Tests.Documentation;

/// <summary>Code that documents show, compiled as a user would: against the public library and the platform alone.</summary>
internal static class CompiledCode
{
    private const string Usings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using "
            + "System.Threading; global using System.Threading.Tasks; global using ModelPack;";

    private static readonly CSharpParseOptions Language = new(LanguageVersion.Latest);

    private static readonly Lazy<MetadataReference[]> References = new(() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).StartsWith("ModelPack.", StringComparison.Ordinal)
                || Path.GetFileName(path) == "ModelPack.Codec.dll")
            .Select(path => MetadataReference.CreateFromFile(path)),
    ]);

    /// <summary>A file with statements as the body of a method.</summary>
    /// <param name="name">A name for messages.</param>
    /// <param name="statements">The statements; directives for namespaces may stand first.</param>
    public static (string Name, string Text) Body(string name, string statements)
    {
        string[] lines = statements.Split('\n');
        string[] usings = [
            .. lines.TakeWhile(line => line.StartsWith("using ", StringComparison.Ordinal) && !line.Contains('=') && !line.Contains('('))];
        return (name,
            $"{string.Join('\n', usings)}\nnamespace N{Guid.NewGuid():N};\npublic static class Example\n{{\npublic static async Task "
                + $"Run()\n{{\n#line 1 \"{name}\"\n{string.Join('\n', lines[usings.Length..])}\nawait Task.CompletedTask;\n}}\n}}\n");
    }

    /// <summary>The compiler's errors over files.</summary>
    public static string[] Errors(IEnumerable<(string Name, string Text)> files) =>
        [.. Compile(files).GetDiagnostics().Where(found => found.Severity == DiagnosticSeverity.Error)
            .Select(found => $"{found.Location.GetMappedLineSpan()}: {found.GetMessage()}")];

    /// <summary>Compiles and runs the body of one method.</summary>
    public static async Task RunAsync((string Name, string Text) file)
    {
        using MemoryStream bytes = new();
        Assert.IsTrue(Compile([file]).Emit(bytes).Success, file.Name);
        bytes.Position = 0;
        AssemblyLoadContext context = new(file.Name, isCollectible: true);
        Type example = context.LoadFromStream(bytes).GetTypes().Single(type => type.Name == "Example");
        await (Task)example.GetMethod("Run", BindingFlags.Public | BindingFlags.Static)!.Invoke(null, null)!;
        context.Unload();
    }

    private static CSharpCompilation Compile(IEnumerable<(string Name, string Text)> files) => CSharpCompilation.Create(
        "examples",
        [CSharpSyntaxTree.ParseText(Usings, Language), .. files.Select(file => CSharpSyntaxTree.ParseText(file.Text, Language, file.Name))],
        References.Value,
        new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
}
