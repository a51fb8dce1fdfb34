// A test has its own folder and shares nothing that changes; one that counts what the whole process allocates says that it stands alone.
[assembly: Parallelize(Workers = 0, Scope = ExecutionScope.MethodLevel)]
