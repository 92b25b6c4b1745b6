using Shop.Admin;

return await Commands.Root().Parse(args).InvokeAsync();
