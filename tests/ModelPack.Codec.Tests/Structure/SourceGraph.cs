using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ModelPack.Codec.Tests.Structure;

/// <summary>A use of a type of another file.</summary>
/// <param name="File">The file, relative to the project.</param>
/// <param name="Line">The first line that uses it.</param>
/// <param name="Type">The type.</param>
/// <param name="Owner">The file that declares it.</param>
internal sealed record SourceUse(string File, int Line, string Type, string Owner)
{
    public override string ToString() => $"{File}({Line}) uses {Type} of {Owner}";
}

/// <summary>A type that a file declares.</summary>
internal sealed record SourceType(string File, string Namespace, string Name, bool IsPublic, int Lines);

/// <summary>Which file uses the types of which others, as the compiler sees it: names in code, members, and extension methods; not the text
/// of documentation.</summary>
internal sealed class SourceGraph
{
    private static readonly Lazy<MetadataReference[]> Platform = new(() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).StartsWith("ModelPack.", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ]);

    private static readonly Lazy<SourceGraph> OfCodec = new(() => Of(Path.Combine(RepositoryData.Repository, "src", "ModelPack.Codec")));

    private SourceGraph(IReadOnlyList<SourceUse> uses, IReadOnlyList<SourceType> types) => (Uses, Types) = (uses, types);

    /// <summary>The graph of the library. It is made once for all tests.</summary>
    public static SourceGraph Codec => OfCodec.Value;

    public IReadOnlyList<SourceUse> Uses { get; }

    public IReadOnlyList<SourceType> Types { get; }

    /// <summary>The graph of a project's sources.</summary>
    /// <param name="project">Its folder.</param>
    public static SourceGraph Of(string project) => Of(
        Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(project, path).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(path => !path.StartsWith("obj/", StringComparison.Ordinal) && !path.StartsWith("bin/", StringComparison.Ordinal))
            .ToDictionary(path => path, path => File.ReadAllText(Path.Combine(project, path))));

    /// <summary>The graph of texts.</summary>
    /// <param name="texts">By the names of their files.</param>
    public static SourceGraph Of(IReadOnlyDictionary<string, string> texts)
    {
        CSharpParseOptions options = new(LanguageVersion.Preview);
        SyntaxTree[] trees = [
            .. texts.Select(text => CSharpSyntaxTree.ParseText(text.Value, options, text.Key)),
            CSharpSyntaxTree.ParseText(ImplicitUsings, options)];
        CSharpCompilation compilation = CSharpCompilation.Create(
            "sources", trees, Platform.Value, new(OutputKind.DynamicallyLinkedLibrary));
        return new(
            [.. trees[..^1].AsParallel().AsOrdered().SelectMany(tree => UsesOf(compilation, tree))],
            [.. trees[..^1].SelectMany(TypesOf)]);
    }

    private const string ImplicitUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using "
            + "System.Threading; global using System.Threading.Tasks;";

    private static List<SourceUse> UsesOf(CSharpCompilation compilation, SyntaxTree tree)
    {
        SemanticModel model = compilation.GetSemanticModel(tree);
        Dictionary<(string, string), SourceUse> uses = [];
        foreach (SimpleNameSyntax name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
        {
            SymbolInfo info = model.GetSymbolInfo(name);
            INamedTypeSymbol? type = (info.Symbol ?? info.CandidateSymbols.FirstOrDefault()) switch
            {
                INamedTypeSymbol named => named,
                { Kind: SymbolKind.Method or SymbolKind.Property or SymbolKind.Field or SymbolKind.Event } member => member.ContainingType,
                _ => null,
            };
            while (type?.ContainingType is not null)
            {
                type = type.ContainingType;
            }

            foreach (SyntaxReference declared in type?.DeclaringSyntaxReferences ?? [])
            {
                string owner = declared.SyntaxTree.FilePath;
                if (owner != tree.FilePath && owner.Length > 0)
                {
                    int line = name.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
                    uses.TryAdd((type!.Name, owner), new(tree.FilePath, line, type.Name, owner));
                }
            }
        }

        return [.. uses.Values];
    }

    private static IEnumerable<SourceType> TypesOf(SyntaxTree tree) =>
        from node in tree.GetRoot().DescendantNodes(node => node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax)
        .OfType<MemberDeclarationSyntax>()
        where node is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax
        let span = node.GetLocation().GetLineSpan()
        let ns = node.FirstAncestorOrSelf<BaseNamespaceDeclarationSyntax>()?.Name.ToString() ?? ""
        let name = node is BaseTypeDeclarationSyntax type ? type.Identifier.Text : ((DelegateDeclarationSyntax)node).Identifier.Text
        select new SourceType(
            tree.FilePath, ns, name, node.Modifiers.Any(SyntaxKind.PublicKeyword),
            span.EndLinePosition.Line - span.StartLinePosition.Line + 1);
}
