using Microsoft.Build.Framework;

namespace ModelPack.Build.Tests.Tasks;

/// <summary>A pattern that matches nothing leaves no item, so the project file is read for it.</summary>
[TestClass]
public sealed class ItemPatternsTests
{
    [TestMethod]
    [DataRow("""<ModelConvert Include="models/*.gguf" />""", "")]
    [DataRow("""<ModelConvert Include="models\*.gguf" />""", "")]
    [DataRow("""<ModelConvert Include="**/*.GGUF" />""", "")]
    [DataRow("""<ModelConvert Include="./models/a?.gguf;models/a.gguf" />""", "./models/a?.gguf")]
    [DataRow("""<ModelVerify Include="nowhere/*.gguf" />""", "nowhere/*.gguf")]
    [DataRow("""<ModelConvert Include="models/*.gguf; extra/**/*.apr" />""", "extra/**/*.apr")]
    [DataRow("""<ModelConvert Include="models/*.gguf" Exclude="models/a.gguf" />""", "models/*.gguf")]
    [DataRow("""<ModelConvert Include="models/*.gguf" Exclude="models/b.gguf" />""", "")]
    [DataRow("""<ModelConvert Include="nowhere/*.gguf" Optional="true" />""", "")]
    [DataRow("""<ModelConvert Include="nowhere/*.gguf"><Optional>True</Optional></ModelConvert>""", "")]
    [DataRow("""<ModelConvert Include="nowhere/*.gguf" Optional="false" />""", "nowhere/*.gguf")]
    [DataRow("""<ModelConvert Include="$(Empty)/*.gguf" />""", "$(Empty)/*.gguf")]
    [DataRow("""<ModelConvert Include="$(Full)/*.gguf" />""", "")]
    [DataRow("""<ModelConvert Include="nowhere/*.gguf" Condition="no" />""", "")]
    [DataRow("""<ModelConvert Include="nowhere/*.gguf" Condition="yes" />""", "nowhere/*.gguf")]
    [DataRow("""<ModelConvert Include="models/*.gguf;$(Empty)/*.gguf" />""", "$(Empty)/*.gguf")]
    [DataRow("""<ModelConvert Include="models/*.gguf;$(Full)/*.gguf" />""", "")]
    [DataRow("""<ModelConvert Include="@(Other)" />""", "")]
    [DataRow("""<ModelConvert Update="nowhere/*.gguf" />""", "")]
    [DataRow("""<ModelConvert Remove="nowhere/*.gguf" />""", "")]
    [DataRow("""<Content Include="nowhere/*.gguf" />""", "")]
    public void The_pattern_is_found(string element, string empty) => Check($"<ItemGroup>\n{element}\n</ItemGroup>", empty, line: 3);

    [TestMethod]
    [DataRow("""<ItemGroup Condition="no"><ModelConvert Include="nowhere/*.gguf" /></ItemGroup>""", "")]
    [DataRow("""<Target Name="T"><ItemGroup><ModelConvert Include="nowhere/*.gguf" /></ItemGroup></Target>""", "")]
    [DataRow(
        """<Choose><When Condition="yes"><ItemGroup /></When><Otherwise><ItemGroup><ModelConvert Include="nowhere/*.gguf" /></ItemGroup></Otherwise></Choose>""", "")]
    [DataRow(
        """<Choose><When Condition="no"><ItemGroup /></When><Otherwise><ItemGroup><ModelConvert Include="nowhere/*.gguf" /></ItemGroup></Otherwise></Choose>""", "nowhere/*.gguf")]
    [DataRow(
        """<Choose><When Condition="yes"><ItemGroup /></When><When Condition="yes"><ItemGroup><ModelConvert Include="nowhere/*.gguf" /></ItemGroup></When></Choose>""", "")]
    public void Only_where_the_project_includes_it(string body, string empty) => Check(body, empty, line: 2);

    [TestMethod]
    public void What_cannot_be_evaluated_is_not_called_empty()
    {
        foreach (string element in new[] { """<ModelConvert Include="$(Empty)/*.gguf" />""",
            """<ModelConvert Include="nowhere/*.gguf" Condition="yes" />""" })
        {
            Assert.IsEmpty(Find($"<ItemGroup>{element}</ItemGroup>", evaluation: null));
        }
    }

    [TestMethod]
    public void A_pattern_that_matches_is_not_evaluated() =>
        Assert.IsEmpty(Find("""<ItemGroup><ModelConvert Include="$(Full)/*.gguf" Condition="yes" /></ItemGroup>""", evaluation: null));

    [TestMethod]
    public void A_program_without_a_project_file_has_no_patterns()
    {
        ItemPatterns patterns = new(Path.Combine(Path.GetTempPath(), "absent.csproj"), [], () => null);
        Assert.IsEmpty(patterns.Empty());
        Assert.AreEqual(0, patterns.LineOfReference("ModelPack.Build"));
    }

    private static void Check(string body, string empty, int line)
    {
        EmptyPattern[] found = Find(body, new Evaluation());
        Assert.AreEqual(
            empty.Length == 0 ? "" : $"{empty} {line}", string.Join(' ', found.Select(pattern => $"{pattern.Pattern} {pattern.Line}")));
    }

    /// <summary>A project whose patterns match models/a.gguf.</summary>
    private static EmptyPattern[] Find(string body, IProjectEvaluation? evaluation)
    {
        string root = Directory.CreateTempSubdirectory("modelpack-patterns-").FullName;
        try
        {
            string project = Path.Combine(root, "App.csproj");
            File.WriteAllText(project, $"<Project>\n{body}\n</Project>");
            File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(root, "models")).FullName, "a.gguf"), "");
            string[] without = ["Exclude=\"models/a.gguf\"", "nowhere", "\"$(Empty)/*.gguf\""];
            ITaskItem[] items = without.Any(text => body.Contains(text, StringComparison.Ordinal))
                ? []
                : [TaskFolder.Item("models/a.gguf")];
            return [.. new ItemPatterns(project, items, () => evaluation).Empty()];
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private sealed class Evaluation : IProjectEvaluation
    {
        public string Expand(string text) =>
            text.Replace("$(Empty)", "empty", StringComparison.Ordinal).Replace("$(Full)", "models", StringComparison.Ordinal);

        public bool Holds(string condition) => condition == "yes";

        public string Default(string itemType, string metadata) => "";

        public bool HasTargetWith(IReadOnlyCollection<string> names) => false;

        public bool GetsItems(IReadOnlyCollection<string> types) => false;

        public bool HasItems(string framework, IReadOnlyCollection<string> types) => false;
    }
}
