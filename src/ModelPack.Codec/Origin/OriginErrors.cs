namespace ModelPack.Origin;

/// <summary>Errors of origin records, and of what they lead back to.</summary>
internal static class OriginErrors
{
    public static readonly ErrorCode TooMuchOutsideTensors = new(
        "MP2003", "", ErrorKind.InvalidFile, "The source holds too many bytes outside its tensors.",
        "Cut off what does not belong to the model; it cannot travel inside the metadata of another format.");

    public static readonly ErrorCode DamagedOrigin = new(
        "MP2004", "", ErrorKind.InvalidFile, "The origin record in the file is damaged.",
        "Convert the original source again, or pass Origin=none (--origin none) to convert what the file itself says.");

    public static readonly ErrorCode MissingSideFile = new(
        "MP2010", "", ErrorKind.InvalidFile, "The side file with the blocks of widened tensors is missing.",
        "Put the file NAME.ggml-blocks.safetensors back beside the model; without it the original cannot be restored.");

    public static readonly ErrorCode ForgedOrigin = new(
        "MP2030", "", ErrorKind.NotProved, "Converting what the origin record describes does not give this file.",
        "The record was forged, or another version made the file: convert the original source again, or pass Origin=none (--origin none) "
            + "to convert what the file itself says.");

    public static IReadOnlyList<ErrorCode> All { get; } = [TooMuchOutsideTensors, DamagedOrigin, MissingSideFile, ForgedOrigin];
}
