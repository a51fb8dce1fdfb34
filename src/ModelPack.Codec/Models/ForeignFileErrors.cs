namespace ModelPack.Models;

/// <summary>Errors of files that are no model of the three formats, and are recognised as something else.</summary>
internal static class ForeignFileErrors
{
    public static readonly ErrorCode LfsPointer = Foreign(
        "MP1310", "The file is a Git LFS pointer, not the file that it stands for.",
        "Run 'git lfs pull' in the repository; in a workflow, check out with 'lfs: true'.");

    public static readonly ErrorCode Page = Foreign(
        "MP1311", "The file is the answer of a web server, not a model.",
        "The download needed a login or the address was wrong: open the address in a browser, accept the model's terms, and fetch the file "
            + "again with your access token.");

    public static readonly ErrorCode Empty = Foreign(
        "MP1312", "There is nothing in the file.", "Fetch it again: the download or the copy ended before its first byte.");

    public static readonly ErrorCode PyTorch = Foreign(
        "MP1313", "The file is a PyTorch checkpoint, whose reading can run code.",
        "Take the model's SafeTensors files, or load it where you trust it with torch.load(…, weights_only=True) and save it with "
            + "safetensors.torch.save_file.");

    public static readonly ErrorCode Onnx = Foreign(
        "MP1314", "The file is an ONNX graph.", "Take the model that it was exported from: its SafeTensors folder or a GGUF.");

    public static readonly ErrorCode NumPy = Foreign(
        "MP1315", "The file holds NumPy arrays.",
        "Save the arrays with safetensors.numpy.save_file, or take the model's SafeTensors files.");

    public static readonly ErrorCode Archive = Foreign(
        "MP1316", "The file is an archive.",
        "Unpack it and name the model in it; a PyTorch checkpoint is a zip archive too: take the model's SafeTensors files instead.");

    public static readonly ErrorCode Json = Foreign(
        "MP1317", "The file is JSON text, not a model.",
        "Name the model's folder, its weights file or its index (model.safetensors.index.json), in a pattern the weights (*.safetensors); "
            + "configuration and tokenizer are read with them.");

    public static readonly ErrorCode LegacyGgml = Foreign(
        "MP1318", "The file has a layout that ggml's programs used before GGUF.",
        "Take a GGUF of the model, or make one from its original files with llama.cpp's convert_hf_to_gguf.py.");

    public static readonly ErrorCode OtherProgram = Foreign(
        "MP1319", "The file is a model of another program.", "Take the model's SafeTensors files, or a GGUF of it.");

    public static readonly ErrorCode Text = Foreign(
        "MP1323", "The file is text, not a model.",
        "Look at the text: it says what lies there instead of the model, as the path of a link does, or a message of the program that "
            + "fetched it. Then fetch the model itself.");

    public static IReadOnlyList<ErrorCode> All { get; } = [
        LfsPointer, Page, Empty, PyTorch, Onnx, NumPy, Archive, Json, LegacyGgml, OtherProgram, Text];

    private static ErrorCode Foreign(string id, string summary, string remedy) => new(id, "", ErrorKind.InvalidFile, summary, remedy);
}
