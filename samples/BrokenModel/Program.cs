Console.WriteLine("You will not see this: the build fails, because the model holds a NaN.");
