namespace Microsoft.Build.Framework;

/// <summary>
/// Tells the engine that a task may run beside others in one process (<c>dotnet build -mt</c>). The engine goes by this name alone, in
/// whichever assembly it finds it; defining it here keeps the task loadable by MSBuild 18.0, whose framework assembly does not have it.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class MSBuildMultiThreadableTaskAttribute : Attribute;
