namespace ModelPack.Validation.Templates;

/// <summary>Kinds of nodes; what stands in <see cref="TemplateNode.Children"/> is said behind each.</summary>
internal enum TemplateNodeKind
{
    /// <summary>Nothing stands here: no value, no filter of a loop.</summary>
    Nothing,

    /// <summary>A text in quotes.</summary>
    Constant,
    Number,
    Name,

    /// <summary>x.name: x.</summary>
    Attribute,

    /// <summary>x[i]: x, i.</summary>
    Subscript,

    /// <summary>The parts between colons.</summary>
    Slice,

    /// <summary>f(a, b): f, a, b.</summary>
    Call,

    /// <summary>name=x: x.</summary>
    Keyword,

    /// <summary>x | name(a): x, a.</summary>
    Filter,

    /// <summary>x is name(a): x, a.</summary>
    Test,

    /// <summary>Both sides.</summary>
    Compare,

    /// <summary>Both sides of + - * / // % ** ~.</summary>
    Binary,

    /// <summary>The operands of and, or, not.</summary>
    Logic,

    /// <summary>a if c else b: c, a, b.</summary>
    Condition,

    /// <summary>Items of a list or tuple.</summary>
    List,

    /// <summary>Keys and values in turn.</summary>
    Dictionary,

    /// <summary>Statements.</summary>
    Body,

    /// <summary>Text outside code.</summary>
    Data,

    /// <summary>{{ x }}: x.</summary>
    Output,

    /// <summary>Condition and body in turn; an odd one at the end is the body of else.</summary>
    If,

    /// <summary>Target, what is gone through, filter, body, body of else.</summary>
    For,

    /// <summary>Target, value.</summary>
    Set,

    /// <summary>Target, body, and filters as an expression.</summary>
    SetBlock,

    /// <summary>Parameters as a list, body.</summary>
    Macro,

    /// <summary>An expression, a body, and the parameters that a call gives to it: call, filter.</summary>
    Block,

    /// <summary>break, continue.</summary>
    Jump,
}
