using ModelPack.Formats;
using ModelPack.Formats.SafeTensors;
using ModelPack.Origin;

namespace ModelPack.Conversion.Ancestors;

/// <summary>Finds the companion file of a folder that is not the one which its conversion wrote.</summary>
internal static class EditedCompanion
{
    /// <summary>What was done to it; null if no companion was edited, or the conversion cannot be planned again.</summary>
    public static string? Find(ModelFile folder, OriginRecord record)
    {
        Dictionary<string, ModelSetMember> found = folder.AllMembers.Where(member => member.Model is null)
            .ToDictionary(member => member.Name);
        try
        {
            ModelFile parent = RestoredFile.Open(record, folder);
            OriginStep step = OriginStep.Of(record, folder.Format);
            TranscodePlan again = TranscodePlan.Again(step.Before(parent), step);
            foreach (Companion written in again.Companions)
            {
                if (!found.Remove(written.Name, out ModelSetMember? member))
                {
                    return $"'{written.Name}' was removed from '{folder.ShortName}' after it was converted";
                }

                if (member.Length != written.Bytes.Length || !member.ReadFrom(folder.Source).AsSpan().SequenceEqual(written.Bytes.Span))
                {
                    return $"'{written.Name}' in '{folder.ShortName}' was edited after it was converted";
                }
            }

            // The index of shards is no companion.
            string? added = found.Keys.FirstOrDefault(name => SafeTensorsSetNotes.SingleFileName(name) is null);
            return added is null ? null : $"'{added}' was added to '{folder.ShortName}' after it was converted";
        }
        catch (ModelPackException)
        {
            return null;
        }
    }
}
