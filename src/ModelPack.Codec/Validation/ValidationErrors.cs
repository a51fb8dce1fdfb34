namespace ModelPack.Validation;

/// <summary>What a validation finds in a file whose structure is valid.</summary>
internal static class ValidationErrors
{
    private const string AtTheSource = "Fix the model at its source; a conversion keeps what it finds.";

    public static readonly ErrorCode Shape = Finding(
        "MP2110", "V-SHAPE", "The shape of a tensor contradicts the model's own hyperparameters.",
        "Check which of the two is wrong; programs size their buffers by the hyperparameters.");

    public static readonly ErrorCode Heads = Finding(
        "MP2111", "V-HEADS", "The head counts do not divide what they have to divide.", AtTheSource);

    public static readonly ErrorCode Layers = Finding(
        "MP2112", "V-LAYERS", "The layers present are not those that the metadata counts.",
        "Check that the model is complete; a dropped tensor shows here.");

    public static readonly ErrorCode Architecture = Finding(
        "MP2113", "V-ARCH", "The metadata names one architecture and describes another.",
        "Name the architecture whose hyperparameters the file holds.");

    public static readonly ErrorCode Contradiction = Finding(
        "MP2114", "V-FIELDS", "Two metadata fields for the same thing differ.",
        "Make them say the same; programs differ in which one they read.");

    public static readonly ErrorCode TokenLists = Finding("MP2115", "V-TOKENS", "The tokenizer's lists differ in length.", AtTheSource);

    public static readonly ErrorCode TokenId = Finding(
        "MP2116", "V-TOKEN-ID", "A special token has an id that the vocabulary does not have.", AtTheSource);

    public static readonly ErrorCode Merge = Finding(
        "MP2117", "V-MERGE", "A merge rule joins or makes something that is no token.", AtTheSource);

    public static readonly ErrorCode Vocabulary = Finding(
        "MP2118", "V-VOCAB", "The vocabulary has tokens for which the model has no embedding.",
        "Check that tokenizer and weights belong to the same model.");

    public static readonly ErrorCode Zero = Finding(
        "MP2119", "V-ZERO", "All values of a tensor are zero.",
        "Convert again from the original; a weight matrix of zeros switches a part of the model off.");

    public static readonly ErrorCode Constant = Finding(
        "MP2120", "V-CONSTANT", "All values of a weight matrix are the same.",
        "Convert again from the original; trained weights differ from one another.");

    public static readonly ErrorCode Split = Finding(
        "MP2121", "V-SPLIT", "The keys of a split contradict the file.",
        "Remove the split keys if the file holds the whole model; fetch the other parts if it does not.");

    public static readonly ErrorCode Template = Finding(
        "MP2122", "V-TEMPLATE", "A chat template reaches for things that execute code.",
        "Do not render it; take the template of the model's publisher. It was not rendered here.");

    public static readonly ErrorCode TemplateTrigger = Finding(
        "MP2126", "V-TEMPLATE-TRIGGER", "A chat template adds text only when a message holds a phrase.",
        "Read the template at that line; if its text is not meant for your users, take the template of the model's publisher.");

    public static readonly ErrorCode TemplateNotShown = Finding(
        "MP2127", "V-TEMPLATE-UNKNOWN", "A chat template is not shown to be harmless.",
        "Read the template at that line before you render it; replace it by the template of the model's publisher if it does not need what "
            + "is named.");

    public static readonly ErrorCode Tail = Finding(
        "MP2123", "V-TAIL", "Bytes outside the tensors look like a program or an archive.",
        "Do not use the file before you know who attached them.");

    public static readonly ErrorCode Companion = Finding(
        "MP2124", "V-COMPANION", "A companion file cannot be read.",
        "Fetch it again; a file that is called .json has to be JSON, and one that describes the model a JSON object.");

    public static readonly ErrorCode Description = Finding(
        "MP2125", "V-DESCRIPTION", "The companion files contradict one another, themselves or the tensors.",
        "Fetch the folder again; all its files come from the same revision of the model.");

    public static readonly ErrorCode Required = Finding(
        "MP2150", "V-REQUIRED", "A tensor is missing that the programs of the architecture load.",
        "Convert again from the original; programs refuse the model, or compute with random numbers.");

    public static readonly ErrorCode Record = Finding(
        "MP2032", "V-RECORD", "The origin record cannot be followed.",
        "Convert the original source again; Origin=none (--origin none) converts what the file itself says.");

    public static readonly ErrorCode Side = Finding(
        "MP2033", "V-SIDE", "The side file does not belong to the model, is missing, or holds something else.",
        "Put back the file that the conversion wrote, or convert the original source again.");

    public static IReadOnlyList<ErrorCode> All { get; } =
    [
        Shape, Heads, Layers, Architecture, Contradiction, TokenLists, TokenId, Merge, Vocabulary, Zero, Constant, Split, Template,
        TemplateTrigger, TemplateNotShown, Tail, Companion,
        Description, Record, Side, Required,
    ];

    private static ErrorCode Finding(string id, string rule, string summary, string remedy) =>
        new(id, rule, ErrorKind.NotProved, summary, remedy);
}
