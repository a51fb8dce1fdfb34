namespace ModelPack;

/// <content>Editing.</content>
public sealed partial class Model
{
    /// <summary>
    /// An edit of this model. Saved unedited, it is the same files, byte for byte; an edit changes what it says and nothing else. The
    /// payloads are read from this model when the edit is saved, so it has to stay open until then. An origin record is true no longer once
    /// something was edited: it is left out, and the report says so.
    /// </summary>
    /// <example>
    /// <code>
    /// using Model model = Model.Open("model.gguf");
    /// model.ToBuilder().Set("tokenizer.chat_template", "{{ messages }}").Save("edited.gguf");
    /// </code>
    /// </example>
    public ModelBuilder ToBuilder() => new(File);
}
