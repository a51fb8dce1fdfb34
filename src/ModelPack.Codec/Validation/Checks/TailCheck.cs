using ModelPack.Formats.Gguf;
using ModelPack.Validation.Facts;

namespace ModelPack.Validation.Checks;

/// <summary>Bytes that belong to nothing: kept, but not if they are a program or an archive.</summary>
internal static class TailCheck
{
    private const int Chunk = 64 * 1024;
    private const string Padding = "K-PAD";
    private const string Tail = "K-TAIL";

    public static void Run(ValidationContext context)
    {
        foreach (ModelSetMember member in context.File.AllMembers)
        {
            if (member.Model is not { } file)
            {
                continue;
            }

            foreach (Note note in file.Notes.Concat(context.Notes)
                .Where(note => note.Rule is Padding or Tail && note.ByteOffset < file.Source.Length))
            {
                Check(context, file, member.Start, note.ByteOffset!.Value);
            }

            // An archive is read from its end, whatever stands before it.
            if (file is GgufFile gguf && gguf.Source.Length > gguf.LastPayloadEnd && FileSignatures.FindArchiveEnd(End(gguf)) is { } kind)
            {
                Report(context, member.Start + gguf.LastPayloadEnd, gguf.Source.Length - gguf.LastPayloadEnd, kind);
            }
        }
    }

    private static void Check(ValidationContext context, ModelFile file, long start, long offset)
    {
        byte[] first = file.Source.ReadBytes(offset, (int)Math.Min(Chunk, file.Source.Length - offset));
        int zeros = Math.Max(0, first.AsSpan().IndexOfAnyExcept((byte)0));
        if ((FileSignatures.Find(first) ?? FileSignatures.Find(first.AsSpan(zeros))) is { } kind)
        {
            Report(context, start + offset, file.Source.Length - offset, kind);
        }
    }

    private static byte[] End(GgufFile file)
    {
        int length = (int)Math.Min(Chunk + FileSignatures.ArchiveEndBytes, file.Source.Length - file.LastPayloadEnd);
        return file.Source.ReadBytes(file.Source.Length - length, length);
    }

    private static void Report(ValidationContext context, long offset, long length, string kind)
    {
        if (!context.Findings.Any(finding => finding.Code == ValidationErrors.Tail && finding.ByteOffset == offset))
        {
            context.Find(
                ValidationErrors.Tail, "bytes outside the tensors",
                $"what stands at byte {offset}, {length} bytes before the end, looks like {kind}", offset);
        }
    }
}
