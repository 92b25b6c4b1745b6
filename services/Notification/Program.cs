using Shop.Notification;
using Shop.ServiceDefaults;

return await ServiceHost.Run(args, NotificationService.Build);
