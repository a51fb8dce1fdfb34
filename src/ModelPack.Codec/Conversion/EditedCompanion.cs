using ModelPack.Codec.Conversion.Origin;
using ModelPack.Codec.Diagnostics;
using ModelPack.Codec.HuggingFace;

namespace ModelPack.Codec.Conversion;

/// <summary>Finds the companion file of a folder that is not the one which its conversion wrote.</summary>
internal static class EditedCompanion
{
    /// <summary>What was done to it; null if no companion was edited, or the conversion cannot be planned again.</summary>
    public static string? Find(ModelFile folder, OriginRecord record)
    {
        Dictionary<string, ModelSetMember> found = folder.AllMembers.Where(member => member.Model is null).ToDictionary(member => member.Name);
        if (found.Count == 0)
        {
            return null;
        }

        try
        {
            ModelFile parent = RestoredFile.Open(record, folder);
            foreach (Companion written in FreshConversion.Again(parent, record, folder.Format, SourceModel.Of(parent, RecordTrust.Record)).Companions)
            {
                if (!found.TryGetValue(written.Name, out ModelSetMember? member))
                {
                    return $"'{written.Name}' was removed from '{folder.ShortName}' after it was converted";
                }

                if (member.Length != written.Bytes.Length || !folder.Source.ReadBytes(member.Start, (int)member.Length).AsSpan().SequenceEqual(written.Bytes.Span))
                {
                    return $"'{written.Name}' in '{folder.ShortName}' was edited after it was converted";
                }
            }

            return null;
        }
        catch (ModelPackException)
        {
            return null;
        }
    }
}
