namespace ModelPack.Codec.Tests.Structure;

/// <summary>Where a type is found: its name tells the file, its file the namespace.</summary>
[TestClass]
public sealed class NamingTests
{
    private const string Door = "ModelPack";

    // A type that is told about with the one that it serves.
    private const int MostLinesBesideAnother = 25;

    [TestMethod]
    public void Two_types_never_share_a_name()
    {
        string[] shared =
        [
            .. SourceGraph.Codec.Types.GroupBy(type => type.Name)
                .Where(group => group.Select(type => Stem(type.File)).Distinct().Count() > 1)
                .Select(group => $"{group.Key}: {string.Join(", ", group.Select(type => type.File))}"),
        ];
        Assert.IsEmpty(shared, string.Join('\n', shared));
    }

    [TestMethod]
    public void A_file_is_called_after_a_type_in_it()
    {
        string[] others = [
            .. SourceGraph.Codec.Types.GroupBy(type => type.File).Where(group => group.All(type => type.Name != Stem(group.Key)))
                .Select(group => group.Key)];
        Assert.IsEmpty(others, string.Join('\n', others));
    }

    [TestMethod]
    public void A_type_in_a_file_of_another_name_is_tiny()
    {
        string[] large = [
            .. SourceGraph.Codec.Types.Where(type => type.Name != Stem(type.File) && type.Lines > MostLinesBesideAnother)
                .Select(type => $"{type.Name} has {type.Lines} lines in {type.File}")];
        Assert.IsEmpty(large, string.Join('\n', large));
    }

    [TestMethod]
    public void A_namespace_follows_its_folder_but_for_the_front_door()
    {
        string[] others =
        [
            .. SourceGraph.Codec.Types.GroupBy(type => type.File)
                .Where(group => group.First().Namespace != (IsOfTheDoor(group) ? Door : Followed(group.Key)))
                .Select(group => $"{group.Key} is in {group.First().Namespace}"),
        ];
        Assert.IsEmpty(others, string.Join('\n', others));
    }

    private static bool IsOfTheDoor(IGrouping<string, SourceType> file) =>
        file.Any(type => type.IsPublic) && !Followed(file.Key).StartsWith($"{Door}.Formats.", StringComparison.Ordinal);

    private static string Followed(string file) =>
        string.Join('.', (string[])[Door, .. Path.GetDirectoryName(file)!.Split('/', '\\').Where(part => part.Length > 0)]);

    private static string Stem(string file) => Path.GetFileName(file).Split('.')[0];
}
