using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;

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

    /// <summary>The library, as a program that references it sees it.</summary>
    public static IAssemblySymbol Library
    {
        get
        {
            CSharpCompilation empty = Compile([]);
            return References.Value.Select(empty.GetAssemblyOrModuleSymbol).OfType<IAssemblySymbol>().Single(
                assembly => assembly.Name == "ModelPack.Codec");
        }
    }

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
        EmitResult emitted = Compile([file]).Emit(bytes);
        Assert.IsTrue(emitted.Success, string.Join('\n', emitted.Diagnostics));
        bytes.Position = 0;
        AssemblyLoadContext context = new(file.Name, isCollectible: true);
        Type example = context.LoadFromStream(bytes).GetTypes().Single(type => type.Name == "Example");
        await (Task)example.GetMethod("Run", BindingFlags.Public | BindingFlags.Static)!.Invoke(null, null)!;
        context.Unload();
    }

    /// <summary>The types of the library that code names or that an expression has, and the members that it uses.</summary>
    /// <param name="files">The code; one file may consist of statements.</param>
    public static (HashSet<string> Types, HashSet<string> Members) Used(IEnumerable<(string Name, string Text)> files)
    {
        CSharpCompilation compilation = Compile(files);
        (HashSet<string> types, HashSet<string> members) = ([], []);
        foreach (SyntaxTree tree in compilation.SyntaxTrees)
        {
            SemanticModel model = compilation.GetSemanticModel(tree);
            foreach (SyntaxNode node in tree.GetRoot().DescendantNodes())
            {
                ISymbol? symbol = model.GetSymbolInfo(node).Symbol;
                symbol = symbol is IMethodSymbol { ReducedFrom: { } extension } ? extension : symbol;
                Add(model.GetTypeInfo(node).Type);
                Add(symbol as ITypeSymbol ?? symbol?.ContainingType);
                if (symbol?.ContainingType is { } owner && IsOurs(owner))
                {
                    members.Add(symbol.OriginalDefinition.GetDocumentationCommentId()!);
                }
            }
        }

        return (types, members);

        void Add(ITypeSymbol? type)
        {
            switch (type)
            {
                case IArrayTypeSymbol array:
                    Add(array.ElementType);
                    break;
                case INamedTypeSymbol named:
                    named.TypeArguments.ToList().ForEach(Add);
                    if (IsOurs(named))
                    {
                        types.Add($"{named.ContainingNamespace}.{named.Name}");
                    }

                    break;
                default:
                    break;
            }
        }

        static bool IsOurs(ITypeSymbol type) => type.ContainingAssembly?.Name == "ModelPack.Codec";
    }

    private static CSharpCompilation Compile(IEnumerable<(string Name, string Text)> files) => CSharpCompilation.Create(
        "examples",
        [CSharpSyntaxTree.ParseText(Usings, Language), .. files.Select(file => CSharpSyntaxTree.ParseText(file.Text, Language, file.Name))],
        References.Value,
        new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
}
