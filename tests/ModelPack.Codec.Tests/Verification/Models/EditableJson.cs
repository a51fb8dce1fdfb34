using System.Text.Json;

namespace ModelPack.Codec.Tests.Verification.Models;

/// <summary>A model whose metadata are members of a JSON object, each value as it is spelled.</summary>
internal abstract class EditableJson : EditableModel
{
    public List<KeyValuePair<string, string>> Metadata { get; } = [];

    public override int KeyCount => Metadata.Count;

    public override string KeyAt(int index) => Metadata[index].Key;

    public override void RemoveKey(string key) => Metadata.RemoveAt(Find(key));

    public override void SwapKeys(int left, int right) => (Metadata[left], Metadata[right]) = (Metadata[right], Metadata[left]);

    public override void RenameKey(string key, string name) => Metadata[Find(key)] = new(name, Metadata[Find(key)].Value);

    public override void SetText(string key, string value) => SetJson(key, JsonSerializer.Serialize(value));

    public void SetJson(string key, string json)
    {
        int place = Metadata.FindIndex(entry => entry.Key == key);
        if (place < 0)
        {
            Metadata.Add(new(key, json));
        }
        else
        {
            Metadata[place] = new(key, json);
        }
    }

    public List<string> Strings(string key) => JsonSerializer.Deserialize<List<string>>(Metadata[Find(key)].Value)!;

    protected string MetadataJson() =>
        "{" + string.Join(",", Metadata.Select(entry => $"{JsonSerializer.Serialize(entry.Key)}:{entry.Value}")) + "}";

    private int Find(string key)
    {
        int place = Metadata.FindIndex(entry => entry.Key == key);
        Assert.IsGreaterThanOrEqualTo(0, place, key);
        return place;
    }
}
