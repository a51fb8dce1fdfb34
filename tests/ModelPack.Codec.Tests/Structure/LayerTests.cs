namespace ModelPack.Codec.Tests.Structure;

/// <summary>The floors of the house (docs/architecture.md): a file uses its own floor and those below it.</summary>
[TestClass]
public sealed class LayerTests
{
    private static readonly string[] Floors =
        ["Diagnostics", "IO", "Tensors", "Formats", "Origin", "Models", "Architectures", "Conversion", "Verification", "Validation"];

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void A_file_uses_no_floor_above_its_own() => AreNone(SourceGraph.Codec.Uses.Where(IsUpward), "a floor above its own");

    [TestMethod]
    public void A_format_does_not_know_another() => AreNone(SourceGraph.Codec.Uses.Where(IsAcrossFormats), "another format");

    [TestMethod]
    public void Rooms_of_a_floor_do_not_use_one_another_in_turn() =>
    Assert.IsEmpty(Cycles(SourceGraph.Codec.Uses), string.Join('\n', Cycles(SourceGraph.Codec.Uses)));

    [TestMethod]
    public void Every_folder_is_a_floor()
    {
        string[] folders = [.. SourceGraph.Codec.Types.Select(type => Floor(type.File)).Where(floor => floor.Length > 0).Distinct()];
        CollectionAssert.IsSubsetOf(folders, Floors);
        Assert.HasCount(Floors.Length, folders);
    }

    [TestMethod]
    [DataRow("ModelPack.Codec", new string[0])]
    [DataRow("ModelPack.Packaging", new[] { "ModelPack.Codec" })]
    [DataRow("ModelPack.Build", new[] { "ModelPack.Codec", "ModelPack.Packaging", "ModelPack.Qa" })]
    [DataRow("ModelPack.Qa", new[] { "ModelPack.Codec" })]
    [DataRow("ModelPack.Tool", new[] { "ModelPack.Codec", "ModelPack.Packaging", "ModelPack.Qa" })]
    public void A_project_stands_on_floors_below_it(string project, string[] below)
    {
        string file = File.ReadAllText(Path.Combine(RepositoryData.Repository, "src", project, project + ".csproj"));
        string[] used = [.. System.Text.RegularExpressions.Regex.Matches(file, "<ProjectReference Include=\"../([^/]+)/")
            .Select(match => match.Groups[1].Value)];
        CollectionAssert.IsSubsetOf(used, below);
    }

    [TestMethod]
    public void At_the_root_stands_the_catalogue_of_errors_alone() =>
        CollectionAssert.AreEqual(
            new[] { "ErrorCatalog" },
            SourceGraph.Codec.Types.Where(type => Floor(type.File).Length == 0).Select(type => type.Name).ToArray());

    [TestMethod]
    [DataRow("IO/A.cs", "Formats/B.cs", true)]
    [DataRow("Formats/B.cs", "IO/A.cs", false)]
    [DataRow("Formats/Gguf/A.cs", "Formats/B.cs", false)]
    [DataRow("Validation/Checks/A.cs", "Validation/B.cs", false)]
    public void What_leads_upward_is_found(string file, string owner, bool isUpward)
    {
        SourceUse[] uses = [.. Small(file, owner).Uses];
        Assert.AreEqual((1, isUpward), (uses.Length, IsUpward(uses[0])));
    }

    [TestMethod]
    [DataRow("static class A { public static int X => B.Y; }")]
    [DataRow("static class A { public static int X => \"\".Z(); }")]
    [DataRow("class A { B.Inner? inner; }")]
    [DataRow("class A { object o = new Upper.B.Inner(); }")]
    [DataRow("class A { int x = System.Linq.Enumerable.Count(new B.Inner().Items); }")]
    public void Names_members_and_extensions_count_as_uses(string text)
    {
        SourceGraph graph = SourceGraph.Of(new Dictionary<string, string>
        {
            ["IO/A.cs"] = "using Upper; " + text,
            ["Models/B.cs"] =
                "namespace Upper; static class B { public const int Y = 1; public static int Z(this string text) => 1; public class Inner "
                    + "{ public int[] Items = []; } }",
        });
        Assert.IsTrue(graph.Uses.Any(use => use is { File: "IO/A.cs", Owner: "Models/B.cs" }), string.Join('\n', graph.Uses));
    }

    [TestMethod]
    public void A_format_that_knows_another_is_found() =>
    Assert.IsTrue(Small("Formats/Gguf/A.cs", "Formats/Apr/B.cs").Uses.All(IsAcrossFormats));

    [TestMethod]
    public void Rooms_that_use_one_another_are_found()
    {
        SourceGraph graph = SourceGraph.Of(new Dictionary<string, string>
        {
            ["IO/One/A.cs"] = "class A { B? b; }",
            ["IO/Two/B.cs"] = "class B { C? c; }",
            ["IO/Three/C.cs"] = "class C { A? a; }",
        });
        Assert.HasCount(1, Cycles(graph.Uses));
    }

    private static SourceGraph Small(string file, string owner) =>
        SourceGraph.Of(new Dictionary<string, string> { [file] = "class A { B? b; }", [owner] = "class B { }" });

    private static string Floor(string file) => file.Contains('/') ? file[..file.IndexOf('/')] : "";

    private static string Room(string file) => Path.GetDirectoryName(file)!.Replace('\\', '/');

    private static bool IsUpward(SourceUse use) =>
        Floor(use.File).Length > 0 && Array.IndexOf(Floors, Floor(use.Owner)) is var above
        && (above < 0 || above > Array.IndexOf(Floors, Floor(use.File)));

    private static bool IsAcrossFormats(SourceUse use) =>
        (Room(use.File).Split('/'), Room(use.Owner).Split('/')) is (["Formats", var own, ..], ["Formats", var other, ..]) && own != other;

    // A room and the rooms within it are one: only neighbours can stand in a circle.
    private static List<string> Cycles(IReadOnlyList<SourceUse> uses)
    {
        ILookup<string, string> next = uses.Select(use => (From: Room(use.File), To: Room(use.Owner)))
            .Where(edge => edge.From != edge.To && !IsWithin(edge.From, edge.To) && !IsWithin(edge.To, edge.From))
            .Distinct().ToLookup(edge => edge.From, edge => edge.To);
        return [.. next.Select(group => group.Key).Where(room => Reaches(next, room))
            .Select(room => string.Join(", ", next[room].Where(other => Reaches(next, other))))
            .Distinct().Take(1)
            .Select(_ => "rooms in a circle: " + string.Join(", ", next.Select(group => group.Key).Where(room => Reaches(next, room))))];
    }

    private static bool IsWithin(string room, string other) => room.StartsWith(other + "/", StringComparison.Ordinal);

    private static bool Reaches(ILookup<string, string> next, string room)
    {
        HashSet<string> seen = [];
        Stack<string> open = new(next[room]);
        while (open.TryPop(out string? one))
        {
            if (one == room)
            {
                return true;
            }

            if (seen.Add(one))
            {
                foreach (string other in next[one])
                {
                    open.Push(other);
                }
            }
        }

        return false;
    }

    private static void AreNone(IEnumerable<SourceUse> uses, string what)
    {
        SourceUse[] found = [.. uses];
        Assert.IsEmpty(found, $"{found.Length} uses of {what}:\n{string.Join('\n', found.Take(20).Select(use => use.ToString()))}");
    }
}
