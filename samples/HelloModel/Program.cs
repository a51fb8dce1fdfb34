using ModelPack;

string path = Path.Combine(AppContext.BaseDirectory, "models", "hello.apr");

Certificate proof = CertificateJson.Read(ModelConverter.CertificatePath(path));
Console.WriteLine($"{proof.Source.Name} -> {proof.Output.Name}: proved at {proof.Level} by {proof.Tool}");
Console.WriteLine($"  source {proof.Source.Bytes,10:N0} bytes  xxh128 {proof.Source.Xxh128}");
Console.WriteLine($"  output {proof.Output.Bytes,10:N0} bytes  xxh128 {proof.Output.Xxh128}");
Console.WriteLine();

using Model model = Model.Open(path);
Console.WriteLine($"{model.File.FormatDescription}, architecture {model.Architecture}, {model.Tensors.Count} tensors");
foreach (Tensor tensor in model.Tensors)
{
    Console.WriteLine($"  {tensor.Name,-32} {tensor.Type,-6} [{string.Join(", ", tensor.Shape)}]");
}
