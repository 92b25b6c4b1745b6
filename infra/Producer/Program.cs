using Shop.Producer;

return await Commands.Root().Parse(args).InvokeAsync();
