using System.Text;
using ModelPack.Formats.Apr;
using ModelPack.IO.Json;

namespace ModelPack.Models.Building;

/// <summary>The metadata text of an edited APR file: changed values in place, new keys where the format has them (apr-v2.md
/// §7.1).</summary>
internal static class EditedAprMetadata
{
    public static ReadOnlyMemory<byte> Write(BuilderFile file, AprFile source)
    {
        JsonObjectText text = JsonObjectText.Parse(source.MetadataJson, AprFormat.MaximumLevels + 1);
        JsonMember?[] members = new JsonMember?[text.Members.Count];
        foreach (BuilderEntry entry in file.Entries)
        {
            if (entry.Place is { } place)
            {
                members[place] = file.IsNew(entry) ? text.Members[place] with { Value = entry.Value.RawBytes } : text.Members[place];
            }
        }

        text.Members.Clear();
        text.Members.AddRange(members.OfType<JsonMember>());
        foreach (BuilderEntry entry in file.Entries.Where(entry => entry.Place is null))
        {
            text.Insert(PlaceOf(text.Members, entry.Key), entry.Key, AprJson.String(entry.Key).Utf8, entry.Value.RawBytes);
        }

        return text.Write();
    }

    private static int PlaceOf(List<JsonMember> members, string key)
    {
        int field = AprFields.Find(key)?.Position ?? int.MaxValue;
        byte[] name = Encoding.UTF8.GetBytes(key);
        int before = members.FindIndex(member => (AprFields.Find(member.Name)?.Position ?? int.MaxValue) is var other
            && (other > field
                || (other == field && field == int.MaxValue && Encoding.UTF8.GetBytes(member.Name).AsSpan().SequenceCompareTo(name) > 0)));
        return before < 0 ? members.Count : before;
    }
}
