namespace ModelPack.IO.Json;

/// <summary>The fields of an object, sorted by name as transformers writes them.</summary>
internal sealed class JsonFields
{
    private readonly SortedDictionary<string, Action<JsonText>> fields = new(StringComparer.Ordinal);

    public int Count => fields.Count;

    public void Set(string name, long number) => fields[name] = text => text.Number(number);

    public void Set(string name, FiniteNumber number) => fields[name] = text => text.Number(number);

    public void Set(string name, bool flag) => fields[name] = text => text.Bool(flag);

    public void Set(string name, string value) => fields[name] = text => text.String(value);

    public void Set(string name, JsonFields value) => fields[name] = value.Write;

    public void Set(string name, IReadOnlyList<string> items) => SetArray(name, items, (text, item) => text.String(item));

    public void Set(string name, IReadOnlyList<long> items) => SetArray(name, items, (text, item) => text.Number(item));

    public void Set(string name, IReadOnlyList<FiniteNumber> items) => SetArray(name, items, (text, item) => text.Number(item));

    public void Set(string name, Action<JsonText> write) => fields[name] = write;

    public void SetNull(string name) => fields[name] = text => text.Null();

    public void Write(JsonText text)
    {
        text.StartObject();
        foreach ((string name, Action<JsonText> write) in fields)
        {
            text.Name(name);
            write(text);
        }

        text.EndObject();
    }

    private void SetArray<T>(string name, IReadOnlyList<T> items, Action<JsonText, T> write) => fields[name] = text =>
    {
        text.StartArray();
        foreach (T item in items)
        {
            write(text, item);
        }

        text.EndArray();
    };
}
