using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Microsoft.Build.Framework;

namespace ModelPack.Build;

/// <summary>A pattern of the project file that matches nothing.</summary>
/// <param name="Item">The item type.</param>
/// <param name="Pattern">The pattern as it stands there.</param>
/// <param name="Line">Its line.</param>
/// <param name="Column">Its column.</param>
internal sealed record EmptyPattern(string Item, string Pattern, int Line, int Column);

/// <summary>
/// The patterns with which a project file includes items. The engine expands them before anybody else sees the items, so that one which
/// matches nothing leaves no trace: the file itself has to be read. What the engine did find decides first; only for a pattern that none of
/// the items could come from, the engine evaluates its condition and properties once more.
/// </summary>
internal sealed class ItemPatterns(string projectFile, IReadOnlyCollection<ITaskItem> items, Func<IProjectEvaluation?> evaluation)
{
    public static readonly string[] Types = ["ModelConvert", "ModelVerify", "ModelPackQa", "ModelPackage"];

    private readonly string directory = Path.GetDirectoryName(projectFile)!;

    // A file-based program has a project that is in no file.
    private readonly XDocument project = File.Exists(projectFile)
        ? XDocument.Load(projectFile, LoadOptions.SetLineInfo)
        : new(new XElement("Project"));
    private readonly string[] paths = [.. items.Where(item => IsOf(item, projectFile)).Select(item => Normalised(item.ItemSpec))];

    /// <summary>The patterns that match nothing, in the order of the file.</summary>
    public IEnumerable<EmptyPattern> Empty() =>
        from element in Elements()
        from pattern in Split(element.Attribute("Include")!.Value)
        where HasWildcard(pattern) && !HasItem(element, pattern) && IsEmpty(element, pattern)
        let place = (IXmlLineInfo)element
        select new EmptyPattern(element.Name.LocalName, pattern, place.LineNumber, place.LinePosition);

    /// <summary>True if one of the items need not exist, as the file says.</summary>
    public bool HasOptional() => Elements().Any(element => IsOptional(element) && Applies(element));

    /// <summary>The line of the reference to a package; 0 if there is none.</summary>
    public int LineOfReference(string package) => project.Descendants()
        .Where(element => element.Name.LocalName == "PackageReference" && Split(element.Attribute("Include")?.Value ?? "")
            .Contains(package, StringComparer.OrdinalIgnoreCase))
        .Select(element => ((IXmlLineInfo)element).LineNumber)
        .FirstOrDefault();

    /// <summary>True if an item can only come from the pattern. One with properties could match anything; what another pattern matches does
    /// not tell for it.</summary>
    private bool HasItem(XElement element, string pattern)
    {
        Regex own = Expression(pattern);
        Regex[] others = pattern.Contains("$(", StringComparison.Ordinal)
            ? [.. Elements()
                .SelectMany(other => Split(other.Attribute("Include")!.Value).Where(part => other != element || part != pattern))
                .Select(Expression)]
            : [];
        return paths.Any(path => own.IsMatch(path) && !others.Any(other => other.IsMatch(path)));
    }

    private static bool IsOf(ITaskItem item, string file) =>
        item.GetMetadata("DefiningProjectFullPath") is var defining && (defining.Length == 0 || SafePath.Comparer.Equals(defining, file));

    /// <summary>The elements of a project file that include items of one of the types.</summary>
    public static IEnumerable<XElement> ElementsOf(XDocument project, params string[] types) => project.Descendants().Where(element =>
        types.Contains(element.Name.LocalName, StringComparer.OrdinalIgnoreCase)
        && element.Attribute("Include") is not null
        && element.Parent?.Name.LocalName == "ItemGroup"
        && !element.Ancestors().Any(ancestor => ancestor.Name.LocalName == "Target"));

    /// <summary>True if the item can come from the element.</summary>
    public static bool Includes(XElement element, string item) =>
        Split(element.Attribute("Include")!.Value).Any(pattern => Expression(pattern).IsMatch(Normalised(item)));

    private IEnumerable<XElement> Elements() => ElementsOf(project, Types);

    private bool IsEmpty(XElement element, string pattern)
    {
        if (IsOptional(element) || !Applies(element))
        {
            return false;
        }

        string[] expanded = [.. Split(Expand(pattern))];
        if (expanded.Any(part => IsUnknown(part)))
        {
            return false;
        }

        // An item that a Remove has taken away again was matched; what Exclude takes away was not.
        Regex[] excluded = [.. Split(Expand(element.Attribute("Exclude")?.Value ?? "")).Select(part => Expression(Relative(part)))];
        return expanded.Length > 0 && expanded.All(part => !HasWildcard(part)
            ? !File.Exists(Path.GetFullPath(part, directory))
            : FileGlob.Expand(directory, SafePath.WithSeparators(part))
            .All(file => excluded.Any(expression => expression.IsMatch(Normalised(Relative(file))))));
    }

    /// <summary>True if the conditions of an element, and of all that it stands in, hold.</summary>
    private bool Applies(XElement element) => element.AncestorsAndSelf().All(part => part.Name.LocalName == "Otherwise"
        ? part.ElementsBeforeSelf().All(when => !Holds(when))
        : Holds(part) && (part.Name.LocalName != "When" || part.ElementsBeforeSelf().All(when => !Holds(when))));

    private bool Holds(XElement element) =>
        element.Attribute("Condition") is not { } condition || evaluation()?.Holds(condition.Value) == true;

    private bool IsOptional(XElement element)
    {
        string? own = element.Attributes().Cast<XObject>().Concat(element.Elements())
            .Select(part => part switch
            {
                XAttribute { Name.LocalName: var name } attribute when IsName(name) => attribute.Value,
                XElement { Name.LocalName: var name } child when IsName(name) => child.Value,
                _ => null,
            })
            .LastOrDefault(value => value is not null);
        string text = own is not null ? Expand(own) : evaluation()?.Default(element.Name.LocalName, "Optional") ?? "";
        return string.Equals(text.Trim(), "true", StringComparison.OrdinalIgnoreCase);

        static bool IsName(string name) => string.Equals(name, "Optional", StringComparison.OrdinalIgnoreCase);
    }

    private string Expand(string text) => text.Contains("$(", StringComparison.Ordinal) ? evaluation()?.Expand(text) ?? text : text;

    private string Relative(string path) => Path.GetRelativePath(directory, Path.GetFullPath(SafePath.WithSeparators(path), directory));

    // What refers to other items or to metadata is no pattern of its own.
    private static bool IsUnknown(string part) =>
        part.Contains("@(", StringComparison.Ordinal) || part.Contains("%(", StringComparison.Ordinal)
        || part.Contains("$(", StringComparison.Ordinal);

    private static bool HasWildcard(string pattern) =>
        !pattern.Contains("@(", StringComparison.Ordinal) && pattern.AsSpan().IndexOfAny('*', '?') >= 0
        || pattern.Contains("$(", StringComparison.Ordinal);

    private static IEnumerable<string> Split(string list) =>
        list.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string Normalised(string path) => path.Replace('\\', '/');

    /// <summary>The paths that a pattern can match, whatever its properties are. Case does not count, as with the engine.</summary>
    private static Regex Expression(string pattern)
    {
        string text = Normalised(pattern);
        StringBuilder expression = new("^(\\./)?");
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i..].StartsWith("$(", StringComparison.Ordinal))
            {
                i = EndOfProperty(text, i);
                expression.Append(".*");
            }
            else if (text[i..].StartsWith("**/", StringComparison.Ordinal))
            {
                i += 2;
                expression.Append("(.*/)?");
            }
            else if (text[i..].StartsWith("**", StringComparison.Ordinal))
            {
                i++;
                expression.Append(".*");
            }
            else
            {
                expression.Append(text[i] switch { '*' => "[^/]*", '?' => "[^/]", char letter => Regex.Escape(letter.ToString()) });
            }
        }

        return new(expression.Append('$').ToString(), RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
    }

    private static int EndOfProperty(string text, int start)
    {
        int depth = 0;
        for (int i = start + 1; i < text.Length; i++)
        {
            depth += text[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth == 0)
            {
                return i;
            }
        }

        return text.Length - 1;
    }
}
