using Shop.Backoffice;
using Shop.ServiceDefaults;

return await ServiceHost.Run(() => BackofficeService.Build(args));
