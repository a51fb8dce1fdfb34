using System.Collections.Immutable;
using ModelPack.Formats;
using ModelPack.Formats.SafeTensors;
using ModelPack.IO;
using ModelPack.IO.Names;
using ModelPack.Models;

namespace ModelPack.Conversion;

/// <summary>Lays out the side file of an output, and puts it among the output's files where a reader looks for it
/// (<see cref="ModelLocation"/>).</summary>
internal static class SideFileLayout
{
    private const string SingleFileStem = "model";

    /// <summary>Adds the side file of a plan to the files of its output.</summary>
    public static ModelPlan Append(ModelPlan main, TensorPlan plan, ModelFormat format)
    {
        bool isSingle = main.Files is [{ Name: "" }];
        string ending = $".{format.Extension()}";
        ImmutableArray<PlannedFile> files = isSingle ? [main.Files[0] with { Name = SingleFileStem + ending }] : main.Files;
        int models = files.Count(file => file.Name.EndsWith(ending, StringComparison.Ordinal));
        return new([.. files[..models], new PlannedFile(SideFile.NameFor(files[0].Name), Layout(plan)), .. files[models..]]);
    }

    /// <summary>The tensors of the side file in the order of the list that a reader sees.</summary>
    public static IEnumerable<OutputTensor> ReaderOrder(ImmutableArray<OutputTensor> side) =>
        SafeTensorsWriter.Order([.. side.Select(tensor => tensor.Stored)]).Select(place => side[place]);

    private static FilePlan Layout(TensorPlan plan)
    {
        SafeTensorsModelEntry[] metadata = TensorDescriptions.Describe(plan.Side) is { } described
            ? [new(TensorDescriptions.Key, described)]
            : [];
        return ContainerTarget.Renumbered(
            SafeTensorsWriter.Plan(new(metadata, [.. plan.Side.Select(tensor => tensor.Stored)])),
            [.. Enumerable.Range(plan.Outputs.Length, plan.Side.Length)]);
    }
}
