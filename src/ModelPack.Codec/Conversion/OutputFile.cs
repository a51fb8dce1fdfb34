using Microsoft.Win32.SafeHandles;
using ModelPack.IO;
using ModelPack.IO.Output;

namespace ModelPack.Conversion;

/// <summary>A file that stands beside models: a report, a manifest. It is written as outputs are: whole or not at all, and over files
/// only.</summary>
internal static class OutputFile
{
    /// <summary>Looks at a name before the work begins whose outcome is to be written there.</summary>
    /// <exception cref="ModelPackException">It is that of a pipe, a socket or a device.</exception>
    public static void Check(string path) => RegularFile.EnsureReplaceable(path);

    /// <summary>Whether two paths lead to one file, through links or as two names of it. The files need not exist.</summary>
    public static bool IsSame(string first, string second) =>
        RealPath.Of(first).Equals(RealPath.Of(second), StringComparison.OrdinalIgnoreCase)
        || FileStatus.Of(first).IsSameAs(FileStatus.Of(second));

    /// <summary>Writes the file. A link is followed.</summary>
    /// <exception cref="ModelPackException">The name is taken, or another process writes the file at this moment.</exception>
    /// <exception cref="IOException">Writing failed; an earlier file is there as before.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, ExistingTarget existing) =>
        Write(path, content, existing, NameChanges.Flushed);

    internal static void Write(string path, ReadOnlySpan<byte> content, ExistingTarget existing, NameChanges changes)
    {
        Check(path);
        using OutputLock place = OutputLock.Take(path, changes);
        string stage = place.NewStage();
        try
        {
            string made = place.Target.New(OutputPart.Model, stage);
            using (SafeFileHandle file = place.Changes.CreateFile(made, content.Length))
            {
                RandomAccess.Write(file, content, 0);
                place.Changes.Flush(file, made);
            }

            place.Changes.FlushFolder(Path.GetDirectoryName(made)!);
            OutputCommit.Run(place, stage, [OutputPart.Model], existing == ExistingTarget.Replace ? [OutputPart.Model] : []);
        }
        finally
        {
            if (!place.IsKept)
            {
                place.Remove(stage);
            }
        }
    }
}
