namespace ModelPack.Validation.Templates;

/// <summary>What is known of a value of a template without running it: where it comes from, and what it depends on.</summary>
[Flags]
internal enum TemplateTraits
{
    None = 0,

    /// <summary>The list of messages.</summary>
    Messages = 1,

    /// <summary>One message: asking for a key of it says nothing of its text.</summary>
    Message = 2,

    /// <summary>The content of a message: a text, or a list of parts.</summary>
    Content = 4,

    /// <summary>One part of a content.</summary>
    Part = 8,

    /// <summary>Text that somebody wrote.</summary>
    Text = 16,

    /// <summary>Anything else that comes from outside: tools, roles, settings.</summary>
    Data = 32,

    /// <summary>Letters of the template's own, outside tags.</summary>
    Letters = 64,

    /// <summary>Words of the template's own, outside tags.</summary>
    Words = 128,

    /// <summary>Put together from texts of the template: what it is does not stand in the template.</summary>
    Composed = 256,

    /// <summary>Depends on whether a text that somebody wrote holds a phrase.</summary>
    Triggered = 512,

    /// <summary>A dictionary or list of the template's own.</summary>
    Table = 1024,

    /// <summary>Pairs of a name, which says nothing of a text, and what stands under it.</summary>
    Pairs = 2048,

    /// <summary>Pairs of a text that somebody wrote and the messages that hold it.</summary>
    Groups = 4096,
}
