using System.Collections.Immutable;
using ModelPack.IO.Names;

namespace ModelPack.IO;

/// <summary>A file of a planned model.</summary>
/// <param name="Name">File name (<see cref="MemberName"/>).</param>
/// <param name="Plan">Its bytes.</param>
internal sealed record PlannedFile(string Name, FilePlan Plan);

/// <summary>A model as the files that it consists of: one, or shards with an index and companions. Offsets run on from file to
/// file.</summary>
internal sealed record ModelPlan(ImmutableArray<PlannedFile> Files)
{
    public long Length { get; } = Files.Sum(file => file.Plan.Length);

    public IEnumerable<Segment> Segments => Files.SelectMany(file => file.Plan.Segments);

    public static ModelPlan Single(FilePlan plan) => new([new("", plan)]);

    /// <summary>The same files with other contents.</summary>
    public ModelPlan Map(Func<FilePlan, FilePlan> change) => new([.. Files.Select(file => file with { Plan = change(file.Plan) })]);

    /// <summary>The same places, with zeros for the bytes that stand beside payloads.</summary>
    public ModelPlan WithoutLiterals() => Blank(segment => segment is LiteralSegment);

    /// <summary>The same places, with zeros for everything but the bytes that stand beside payloads.</summary>
    public ModelPlan LiteralsOnly() => Blank(segment => segment is not LiteralSegment);

    /// <summary>Names and lengths of the files.</summary>
    public ModelPlan Outline() => Map(file => new([new ZeroSegment(file.Length)]));

    /// <summary>The files as sources that read payloads from where they lie.</summary>
    public List<NamedSource> Compose(string container, IReadOnlyList<ByteSource> payloads) =>
        [.. Files.Select(
            file => new NamedSource(file.Name, new ComposedByteSource($"<{file.Name} within {container}>", file.Plan, payloads)))];

    private ModelPlan Blank(Func<Segment, bool> isBlank) =>
        Map(file => new([.. file.Segments.Select(segment => isBlank(segment) ? ZeroSegment.Of(segment.Length) : segment)]));
}
